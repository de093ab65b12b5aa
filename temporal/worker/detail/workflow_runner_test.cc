#include <temporal/worker/detail/workflow_runner.h>

#include <temporal/workflow/workflow.h>

#include <gmock/gmock.h>

using namespace temporal;
using namespace std::chrono_literals;
using coresdk::workflow_activation::WorkflowActivation;
using coresdk::workflow_completion::WorkflowActivationCompletion;
using temporal::worker::detail::WorkflowRunner;

namespace {

workflow::Task<> nap() { co_await workflow::sleep(1s); }

WorkflowActivation start_of(const std::string& type) {
  WorkflowActivation activation;
  activation.set_run_id("run");
  auto& start = *activation.add_jobs()->mutable_initialize_workflow();
  start.set_workflow_type(type);
  start.set_workflow_id("nap-1");
  return activation;
}

WorkflowActivation firing() {
  WorkflowActivation activation;
  activation.set_run_id("run");
  activation.add_jobs()->mutable_fire_timer()->set_seq(1);
  return activation;
}

WorkflowActivation eviction() {
  WorkflowActivation activation;
  activation.set_run_id("run");
  activation.add_jobs()->mutable_remove_from_cache();
  return activation;
}

WorkflowActivationCompletion parse(const std::string& bytes) {
  WorkflowActivationCompletion completion;
  EXPECT_TRUE(completion.ParseFromString(bytes));
  return completion;
}

WorkflowActivationCompletion handle(WorkflowRunner& runner, const WorkflowActivation& activation) {
  auto completion = parse(runner.handle(activation.SerializeAsString()));
  EXPECT_EQ(completion.run_id(), activation.run_id());
  return completion;
}

WorkflowRunner runner() { return {{workflow::function_definition<nap>()}, {.task_queue = "queue"}}; }

}  // namespace

TEST(WorkflowRunner, KeepsARunBetweenItsActivations) {
  auto workflows = runner();
  EXPECT_TRUE(handle(workflows, start_of("nap")).successful().commands(0).has_start_timer());
  EXPECT_TRUE(handle(workflows, firing()).successful().commands(0).has_complete_workflow_execution());
}

TEST(WorkflowRunner, FailsTheTaskOfAnUnknownTypeAndListsWhatItKnows) {
  auto workflows = runner();
  const auto completion = handle(workflows, start_of("Nap"));
  EXPECT_THAT(completion.failed().failure().message(), testing::HasSubstr("workflow type Nap is not registered"));
  EXPECT_THAT(completion.failed().failure().message(), testing::HasSubstr("registered are: nap"));
}

TEST(WorkflowRunner, ForgetsAnEvictedRun) {
  auto workflows = runner();
  (void)handle(workflows, start_of("nap"));
  const auto evicted = handle(workflows, eviction());
  EXPECT_TRUE(evicted.has_successful());
  EXPECT_EQ(evicted.successful().commands_size(), 0);
  EXPECT_THAT(handle(workflows, firing()).failed().failure().message(),
              testing::HasSubstr("not in this worker's cache"));
}

TEST(WorkflowRunner, AnActivationThatDoesNotDecodeIsAFailedTask) {
  auto workflows = runner();
  EXPECT_TRUE(parse(workflows.handle("\xff\xff\xff")).has_failed());
}

TEST(WorkflowRunner, ARunThatIsGivenUpFailsItsTaskWithItsNameAndIsForgotten) {
  auto workflows = runner();
  (void)handle(workflows, start_of("nap"));
  auto stuck = workflows.begin(firing().SerializeAsString());
  const auto completion = parse(stuck.give_up(2s));
  EXPECT_EQ(completion.run_id(), "run");
  EXPECT_THAT(completion.failed().failure().message(),
              testing::StartsWith("[TMPRL1101] Potential deadlock detected: workflow nap (id nap-1) did not yield "
                                  "within 2 s."));
  EXPECT_TRUE(handle(workflows, eviction()).has_successful());
  EXPECT_TRUE(handle(workflows, start_of("nap")).successful().commands(0).has_start_timer());  // beside the stuck one
  EXPECT_TRUE(parse(stuck.run()).successful().commands(0).has_complete_workflow_execution());
}

TEST(WorkflowRunner, AnEvictionThatIsGivenUpIsDoneForCore) {
  auto workflows = runner();
  (void)handle(workflows, start_of("nap"));
  EXPECT_TRUE(parse(workflows.begin(eviction().SerializeAsString()).give_up(2s)).has_successful());
}
