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

/// Cancels the scope of two children whose start is under way, in the task that asks for them when `at_once`, and says
/// how that looks to the one who awaits the start, and to the one who awaits the end.
Task<std::string> cancel_while_starting(bool at_once, ChildWorkflowCancellationType type) {
  bool now = at_once;
  const auto cancel = set_signal_handler("cancel", [&] { now = true; });
  int asked = 0;
  const auto outcome_of = [&](auto child) -> Task<std::string> {
    try {
      ++asked;
      (void)co_await std::move(child)();
    } catch (const ChildWorkflowError&) {
      co_return is_cancellation(std::current_exception()) ? "cancelled" : "failed";
    }
    co_return "succeeded";
  };
  const CancellationScope scope;
  auto start = spawn(scope.run(outcome_of(
      [&] { return start_child_workflow<&Shipment::run>({.id = "s", .cancellation_type = type}, "Rome"); })));
  auto end = spawn(scope.run(outcome_of(
      [&] { return execute_child_workflow<&Shipment::run>({.id = "t", .cancellation_type = type}, "Rome"); })));
  co_await wait_condition([&] { return asked == 2 && now; });
  scope.cancel("no need");
  const auto [first, second] = co_await when_all(start, end);
  if (type == ChildWorkflowCancellationType::try_cancel) co_await sleep(1s);
  co_return first + " " + second;
}

constexpr auto wait_completed = ChildWorkflowCancellationType::wait_cancellation_completed;

/// Runs the workflow until the child is asked for.
auto start_command(DrivenRun& run) { return run.commands().at(0).start_child_workflow_execution(); }

void start_child(DrivenRun& run, int seq = 1) {
  auto& started = *run.job().mutable_resolve_child_workflow_execution_start();
  started.set_seq(seq);
  started.mutable_succeeded()->set_run_id("run-1");
}

api::failure::v1::Failure cancelled_child() {
  return converter::to_failure(
      std::make_exception_ptr(ChildWorkflowError{"cancelled", {}, std::make_exception_ptr(CancelledError{})}));
}

void cancel_child(DrivenRun& run, int seq) {
  auto& resolved = *run.job().mutable_resolve_child_workflow_execution();
  resolved.set_seq(seq);
  *resolved.mutable_result()->mutable_cancelled()->mutable_failure() = cancelled_child();
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
  *start.mutable_cancelled()->mutable_failure() = cancelled_child();
  EXPECT_TRUE(run.commands().at(0).fail_workflow_execution().failure().cause().has_canceled_failure_info());
}

TEST(ChildWorkflows, ThatAreCancelledBeforeTheyAreSentEndWithTheirStart) {
  DrivenRun run{function_definition<cancel_while_starting>(), true, wait_completed};
  const auto commands = run.commands();
  ASSERT_EQ(commands.size(), 4U);
  for (const auto seq : {1U, 2U}) {
    EXPECT_EQ(commands[seq + 1].cancel_child_workflow_execution().child_workflow_seq(), seq);
    auto& start = *run.job().mutable_resolve_child_workflow_execution_start();  // and core says no more of it
    start.set_seq(seq);
    *start.mutable_cancelled()->mutable_failure() = cancelled_child();
  }
  EXPECT_EQ(result_of<std::string>(run.commands().at(0)), "cancelled cancelled");
}

/// A run that has sent its two children to the server and then cancelled them. Gives the commands of that.
std::vector<coresdk::workflow_commands::WorkflowCommand> cancel_on_the_way(DrivenRun& run) {
  run.next().set_history_length(3);
  EXPECT_EQ(run.commands().size(), 2U);
  run.next().set_history_length(8);
  run.signal("cancel");
  return run.commands();
}

TEST(ChildWorkflows, ThatAreCancelledOnTheirWayAreToldWhenTheyHaveStarted) {
  DrivenRun run{function_definition<cancel_while_starting>(), false, wait_completed};
  EXPECT_THAT(cancel_on_the_way(run), testing::IsEmpty()) << "the server would not find them";
  for (const auto seq : {1, 2}) start_child(run, seq);
  const auto commands = run.commands();
  ASSERT_EQ(commands.size(), 2U);
  for (const auto seq : {1, 2}) {
    EXPECT_EQ(commands[seq - 1].cancel_child_workflow_execution().child_workflow_seq(), seq);
    EXPECT_EQ(commands[seq - 1].cancel_child_workflow_execution().reason(), "no need");
    cancel_child(run, seq);
  }
  EXPECT_EQ(result_of<std::string>(run.commands().at(0)), "succeeded cancelled");
}

TEST(ChildWorkflows, ThatAreCancelledOnTheirWayEndAtOnceForAParentThatDoesNotWait) {
  DrivenRun run{function_definition<cancel_while_starting>(), false, ChildWorkflowCancellationType::try_cancel};
  const auto commands = cancel_on_the_way(run);
  ASSERT_EQ(commands.size(), 1U);
  EXPECT_TRUE(commands[0].has_start_timer()) << "it goes on";
  start_child(run, 1);
  EXPECT_EQ(run.commands().at(0).cancel_child_workflow_execution().child_workflow_seq(), 1U)
      << "it is told all the same";
  cancel_child(run, 1);
  EXPECT_THAT(run.commands(), testing::IsEmpty());
  run.fire_timer(1);
  EXPECT_EQ(result_of<std::string>(run.commands().at(0)), "cancelled cancelled");
}

TEST(ChildWorkflows, ThatAreAbandonedOnTheirWayEndWithWhatCoreSays) {
  for (const bool start_follows : {false, true}) {
    DrivenRun run{function_definition<cancel_while_starting>(), false, ChildWorkflowCancellationType::abandon};
    EXPECT_EQ(cancel_on_the_way(run).size(), 2U);
    for (const auto seq : {1, 2}) {
      cancel_child(run, seq);
      if (start_follows) start_child(run, seq);
    }
    EXPECT_EQ(result_of<std::string>(run.commands().at(0)), "cancelled cancelled");
  }
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

TEST(ChildWorkflows, WhoseOutcomeCameWithTheCancellationAreNotCancelled) {
  for (const bool started_before : {false, true}) {
    DrivenRun run{function_definition<execute>()};
    (void)run.commands();
    start_child(run);
    if (started_before) EXPECT_TRUE(run.commands().empty());
    run.job().mutable_cancel_workflow();
    complete_child(run, "delivered");
    const auto commands = run.commands();
    ASSERT_EQ(commands.size(), 1U) << "core refuses to cancel one that was terminated";
    EXPECT_EQ(result_of<std::string>(commands[0]), "delivered");
  }
}

TEST(ChildWorkflows, ThatAreCancelledOnTheirWayAndEndAsTheyStartAreNotCancelled) {
  DrivenRun run{function_definition<cancel_while_starting>(), false, wait_completed};
  EXPECT_THAT(cancel_on_the_way(run), testing::IsEmpty());
  for (const auto seq : {1, 2}) {
    start_child(run, seq);
    cancel_child(run, seq);
  }
  const auto commands = run.commands();
  ASSERT_EQ(commands.size(), 1U);
  EXPECT_TRUE(commands[0].has_complete_workflow_execution());
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
