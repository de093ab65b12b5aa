#include <temporal/workflow/detail/child_workflows.h>

#include <temporal/common/errors.h>
#include <temporal/converter/failure.h>
#include <temporal/workflow/detail/driven_run.h>
#include <temporal/workflow/workflow.h>

#include <gmock/gmock.h>

#include <chrono>

namespace temporal::workflow::detail {
namespace {

using namespace std::chrono_literals;
namespace children = coresdk::child_workflow;

class Shipment {
 public:
  Task<std::string> run(std::string address) { co_return address; }
  void hurry(int /*hours*/) {}
};

Task<std::string> ship(std::string address) {
  auto child = co_await start_child_workflow<&Shipment::run>({.id = "shipment-7"}, std::move(address));
  co_await child.signal<&Shipment::hurry>(2);
  co_return child.id() + " " + child.run_id() + " " + co_await child;
}

Task<std::string> execute() { co_return co_await execute_child_workflow<&Shipment::run>({.id = "s"}, "Rome"); }

Task<> with_options() {
  co_await execute_child_workflow_named<void>("Other",
                                              {.task_queue = "elsewhere",
                                               .execution_timeout = 3s,
                                               .run_timeout = 2s,
                                               .task_timeout = 1s,
                                               .retry_policy = RetryPolicy{.maximum_attempts = 4},
                                               .cron_schedule = "0 12 * * *",
                                               .id_reuse_policy = WorkflowIdReusePolicy::reject_duplicate,
                                               .parent_close_policy = ParentClosePolicy::abandon,
                                               .cancellation_type = ChildWorkflowCancellationType::try_cancel,
                                               .priority = {.priority_key = 1},
                                               .versioning_intent = VersioningIntent::default_,
                                               .search_attributes = {KeywordSearchAttribute{"CustomerId"}.set("c-7")},
                                               .memo = {{"note", converter::to_payload("x")}},
                                               .static_summary = "a child",
                                               .static_details = "of *mine*"},
                                              {});
}

Task<> cancel_before_it_starts() {
  auto child = start_child_workflow<&Shipment::run>({.id = "s"}, "Rome");
  child.cancel("no need");
  (void)co_await child;
}

/// Runs the workflow until the child is asked for.
auto start_command(DrivenRun& run) { return run.commands().at(0).start_child_workflow_execution(); }

void start_child(DrivenRun& run) {
  auto& started = *run.job().mutable_resolve_child_workflow_execution_start();
  started.set_seq(1);
  started.mutable_succeeded()->set_run_id("run-1");
}

void complete_child(DrivenRun& run, const std::string& result) {
  auto& resolved = *run.job().mutable_resolve_child_workflow_execution();
  resolved.set_seq(1);
  *resolved.mutable_result()->mutable_completed()->mutable_result() =
      converter::to_proto(converter::to_payload(result));
}

TEST(ChildWorkflows, AreStartedSignalledAndAwaited) {
  DrivenRun run{function_definition<ship>(), std::string{"Rome"}};
  const auto start = start_command(run);
  EXPECT_EQ(start.workflow_id(), "shipment-7");
  EXPECT_EQ(start.workflow_type(), "Shipment");
  EXPECT_EQ(start.task_queue(), "queue");
  EXPECT_EQ(start.input(0).data(), "\"Rome\"");
  EXPECT_EQ(start.parent_close_policy(), children::PARENT_CLOSE_POLICY_TERMINATE);
  EXPECT_EQ(start.cancellation_type(), children::WAIT_CANCELLATION_COMPLETED);

  start_child(run);
  const auto signal = run.commands().at(0).signal_external_workflow_execution();
  EXPECT_EQ(signal.child_workflow_id(), "shipment-7");
  EXPECT_EQ(signal.signal_name(), "hurry");
  EXPECT_EQ(signal.args(0).data(), "2");

  run.job().mutable_resolve_signal_external_workflow()->set_seq(signal.seq());
  EXPECT_TRUE(run.commands().empty());
  complete_child(run, "delivered");
  EXPECT_EQ(result_of<std::string>(run.commands().at(0)), "shipment-7 run-1 delivered");
}

TEST(ChildWorkflows, CarryAllOptions) {
  DrivenRun run{function_definition<with_options>()};
  const auto command = run.commands().at(0);
  const auto& start = command.start_child_workflow_execution();
  EXPECT_THAT(start.workflow_id(), testing::MatchesRegex("[0-9a-f-]+")) << "a UUID";
  EXPECT_EQ(start.workflow_type(), "Other");
  EXPECT_EQ(start.task_queue(), "elsewhere");
  EXPECT_EQ(start.workflow_execution_timeout().seconds(), 3);
  EXPECT_EQ(start.workflow_run_timeout().seconds(), 2);
  EXPECT_EQ(start.workflow_task_timeout().seconds(), 1);
  EXPECT_EQ(start.retry_policy().maximum_attempts(), 4);
  EXPECT_EQ(start.cron_schedule(), "0 12 * * *");
  EXPECT_EQ(start.workflow_id_reuse_policy(), api::enums::v1::WORKFLOW_ID_REUSE_POLICY_REJECT_DUPLICATE);
  EXPECT_EQ(start.parent_close_policy(), children::PARENT_CLOSE_POLICY_ABANDON);
  EXPECT_EQ(start.cancellation_type(), children::TRY_CANCEL);
  EXPECT_EQ(start.priority().priority_key(), 1);
  EXPECT_EQ(start.versioning_intent(), coresdk::common::DEFAULT);
  EXPECT_EQ(start.search_attributes().indexed_fields().at("CustomerId").data(), "\"c-7\"");
  EXPECT_EQ(start.memo().at("note").data(), "\"x\"");
  EXPECT_EQ(command.user_metadata().summary().data(), "\"a child\"");
  EXPECT_EQ(command.user_metadata().details().data(), "\"of *mine*\"");
}

TEST(ChildWorkflows, AnIdThatIsInUseIsAChildWorkflowErrorThatSaysSo) {
  DrivenRun run{function_definition<execute>()};
  (void)run.commands();
  auto& start = *run.job().mutable_resolve_child_workflow_execution_start();
  start.set_seq(1);
  start.mutable_failed()->set_workflow_id("s");
  start.mutable_failed()->set_workflow_type("Shipment");
  start.mutable_failed()->set_cause(children::START_CHILD_WORKFLOW_EXECUTION_FAILED_CAUSE_WORKFLOW_ALREADY_EXISTS);
  const auto failure = run.commands().at(0).fail_workflow_execution().failure();
  EXPECT_EQ(failure.child_workflow_execution_failure_info().workflow_execution().workflow_id(), "s");
  EXPECT_EQ(failure.child_workflow_execution_failure_info().workflow_type().name(), "Shipment");
  EXPECT_THAT(failure.cause().application_failure_info().type(), testing::HasSubstr("WorkflowAlreadyStartedError"));
}

TEST(ChildWorkflows, AFailureHasTheDataOfTheChildAndItsCause) {
  DrivenRun run{function_definition<execute>()};
  (void)run.commands();
  start_child(run);
  (void)run.commands();
  auto& resolved = *run.job().mutable_resolve_child_workflow_execution();
  resolved.set_seq(1);
  *resolved.mutable_result()->mutable_failed()->mutable_failure() =
      converter::to_failure(std::make_exception_ptr(ChildWorkflowError{
          "child failed", {.workflow_id = "s", .run_id = "run-1"}, std::make_exception_ptr(ApplicationError{"lost"})}));
  const auto failure = run.commands().at(0).fail_workflow_execution().failure();
  EXPECT_EQ(failure.child_workflow_execution_failure_info().workflow_execution().run_id(), "run-1");
  EXPECT_EQ(failure.cause().message(), "lost");
}

TEST(ChildWorkflows, CanBeCancelledBeforeTheyStart) {
  DrivenRun run{function_definition<cancel_before_it_starts>()};
  const auto commands = run.commands();
  ASSERT_EQ(commands.size(), 2U);
  EXPECT_EQ(commands[1].cancel_child_workflow_execution().child_workflow_seq(), 1U);
  EXPECT_EQ(commands[1].cancel_child_workflow_execution().reason(), "no need");
  auto& start = *run.job().mutable_resolve_child_workflow_execution_start();
  start.set_seq(1);
  *start.mutable_cancelled()->mutable_failure() = converter::to_failure(std::make_exception_ptr(
      ChildWorkflowError{"cancelled before scheduled", {}, std::make_exception_ptr(CancelledError{})}));
  EXPECT_TRUE(run.commands().at(0).fail_workflow_execution().failure().cause().has_canceled_failure_info());
}

TEST(ChildWorkflows, AreCancelledWithTheirWorkflow) {
  DrivenRun run{function_definition<execute>()};
  (void)run.commands();
  start_child(run);
  run.job().mutable_cancel_workflow()->set_reason("closing time");
  const auto commands = run.commands();
  ASSERT_EQ(commands.size(), 1U);
  EXPECT_EQ(commands[0].cancel_child_workflow_execution().reason(), "closing time");
  complete_child(run, "too late to stop it");
  EXPECT_EQ(result_of<std::string>(run.commands().at(0)), "too late to stop it");
}

TEST(ChildWorkflows, AreNotStartedByAWorkflowThatIsCancelledAlready) {
  DrivenRun run{function_definition<execute>()};
  run.job().mutable_cancel_workflow();
  const auto commands = run.commands();
  ASSERT_EQ(commands.size(), 1U);
  EXPECT_TRUE(commands[0].has_cancel_workflow_execution());
}

}  // namespace
}  // namespace temporal::workflow::detail
