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
  activation.add_jobs()->mutable_initialize_workflow()->set_workflow_type(type);
  return activation;
}

WorkflowActivation firing() {
  WorkflowActivation activation;
  activation.set_run_id("run");
  activation.add_jobs()->mutable_fire_timer()->set_seq(1);
  return activation;
}

WorkflowActivationCompletion handle(WorkflowRunner& runner, const WorkflowActivation& activation) {
  WorkflowActivationCompletion completion;
  EXPECT_TRUE(completion.ParseFromString(runner.handle(activation.SerializeAsString())));
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
  WorkflowActivation eviction;
  eviction.set_run_id("run");
  eviction.add_jobs()->mutable_remove_from_cache();
  const auto evicted = handle(workflows, eviction);
  EXPECT_TRUE(evicted.has_successful());
  EXPECT_EQ(evicted.successful().commands_size(), 0);
  EXPECT_THAT(handle(workflows, firing()).failed().failure().message(),
              testing::HasSubstr("not in this worker's cache"));
}

TEST(WorkflowRunner, AnActivationThatDoesNotDecodeIsAFailedTask) {
  auto workflows = runner();
  WorkflowActivationCompletion completion;
  ASSERT_TRUE(completion.ParseFromString(workflows.handle("\xff\xff\xff")));
  EXPECT_TRUE(completion.has_failed());
}
