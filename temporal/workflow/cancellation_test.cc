#include <temporal/workflow/cancellation.h>

#include <temporal/common/errors.h>
#include <temporal/converter/failure.h>
#include <temporal/workflow/detail/driven_run.h>
#include <temporal/workflow/workflow.h>

#include <gmock/gmock.h>

#include <chrono>
#include <string>

using namespace temporal;
using namespace std::chrono_literals;
using workflow::detail::DrivenRun;
using workflow::detail::result_of;

namespace {

void charge() {}
void refund() {}

const workflow::ActivityOptions ten_seconds{.start_to_close_timeout = 10s};

/// What a task threw, as text; empty when it did not throw.
template <class T>
workflow::Task<std::string> error_of(workflow::Task<T> task) {
  try {
    co_await std::move(task);
  } catch (...) {
    co_return describe(std::current_exception());
  }
  co_return "";
}

workflow::Task<std::string> cleans_up() {
  auto error = co_await error_of(workflow::execute_activity<charge>(ten_seconds));
  co_await workflow::shielded(workflow::execute_activity<refund>(ten_seconds));
  co_return error + " because " + workflow::cancellation_reason();
}

/// Its clean-up fails because of the cancellation: that is a failure, and not a cancellation.
workflow::Task<> fails_to_clean_up(bool spawned) {
  const auto work = []() -> workflow::Task<> {
    try {
      co_await workflow::sleep(1h);
    } catch (const CancelledError&) {
      throw ApplicationError{"rollback failed", {.cause = std::current_exception()}};
    }
  };
  if (!spawned) co_await work();
  {
    auto dropped = workflow::spawn(work);
  }
  co_await workflow::shielded(workflow::sleep(2h));
}

workflow::Task<std::string> cancels_a_part() {
  const workflow::CancellationScope part;
  auto timer = workflow::spawn(part.run(error_of(workflow::sleep(1h))));
  auto condition = workflow::spawn(part.run([]() -> workflow::Task<std::string> {
    const workflow::CancellationScope inner;
    co_return co_await inner.run(error_of(workflow::wait_condition([] { return false; })));
  }));
  auto outside = workflow::spawn(error_of(workflow::sleep(1s)));
  co_await workflow::sleep(1min);
  part.cancel("too late");
  co_return co_await timer + " | " + co_await condition + " | " + co_await outside;
}

workflow::Task<std::string> starts_in_a_cancelled_scope() {
  const workflow::CancellationScope scope;
  scope.cancel("not wanted");
  auto all = co_await error_of(scope.run(workflow::sleep(1h)));
  all += " | " + co_await error_of(scope.run(workflow::execute_activity<charge>(ten_seconds)));
  all += " | " + co_await error_of(scope.run(workflow::wait_condition([] { return false; })));
  all += " | " + co_await error_of(scope.run([]() -> workflow::Task<> {
           const workflow::CancellationScope inner;
           co_await inner.run(workflow::sleep(1h));
         }));
  co_return all;
}

workflow::Task<> cancels_twice() {
  auto activity = workflow::start_activity<charge>(ten_seconds);
  co_await workflow::sleep(1s);
  activity.cancel();
  activity.cancel();
  co_await error_of([](auto handle) -> workflow::Task<> { co_await handle; }(activity));
  activity.cancel();
}

workflow::Task<int> scope_outlives_its_code() {
  auto forgotten = co_await [](bool) -> workflow::Task<workflow::TimerHandle> {
    const workflow::CancellationScope inner;
    co_return co_await inner.run(
        []() -> workflow::Task<workflow::TimerHandle> { co_return workflow::start_timer(1h); });
  }(true);
  try {
    co_await forgotten;
  } catch (const CancelledError&) {
    co_return 1;
  }
  co_return 0;
}

workflow::Task<std::string> breaks_in_a_condition() {
  co_return co_await error_of(workflow::wait_condition([]() -> bool { throw std::runtime_error{"a bad question"}; }));
}

void cancel(DrivenRun& run, const std::string& reason = "") { run.job().mutable_cancel_workflow()->set_reason(reason); }

void answer_cancelled(DrivenRun& run, int seq) {
  auto& resolved = *run.job().mutable_resolve_activity();
  resolved.set_seq(seq);
  *resolved.mutable_result()->mutable_cancelled()->mutable_failure() = converter::to_failure(
      std::make_exception_ptr(ActivityError{"Activity cancelled", {}, std::make_exception_ptr(CancelledError{})}));
}

}  // namespace

TEST(Cancellation, OfTheWorkflowReachesAnActivityAndACleanUpIsShieldedFromIt) {
  DrivenRun run{workflow::function_definition<cleans_up>()};
  (void)run.commands();
  cancel(run, "the user left");
  const auto asked = run.commands();
  ASSERT_EQ(asked.size(), 1U);
  EXPECT_EQ(asked[0].request_cancel_activity().seq(), 1U);
  answer_cancelled(run, 1);
  const auto cleaning = run.commands();
  ASSERT_EQ(cleaning.size(), 1U);
  EXPECT_EQ(cleaning[0].schedule_activity().activity_type(), "refund");
  run.complete_activity(2, nullptr);
  EXPECT_THAT(result_of<std::string>(run.commands().at(0)),
              testing::AllOf(testing::StartsWith("ActivityError: Activity cancelled"),
                             testing::EndsWith("because the user left")));
}

TEST(Cancellation, ThatOnlyCausedAFailureIsNone) {
  for (const bool spawned : {false, true}) {
    DrivenRun run{workflow::function_definition<fails_to_clean_up>(), spawned};
    (void)run.commands();
    run.job().mutable_cancel_workflow();
    const auto commands = run.commands();
    EXPECT_EQ(commands.back().fail_workflow_execution().failure().message(), "rollback failed");
  }
}

TEST(Cancellation, ThatOnlyCausedAFailureWasOneByTheOriginalRules) {
  DrivenRun run{workflow::function_definition<fails_to_clean_up>(), true};
  (void)run.commands();
  run.replay_by_the_original_rules();
  run.job().mutable_cancel_workflow();
  const auto commands = run.commands();
  ASSERT_EQ(commands.size(), 1U);
  EXPECT_TRUE(commands[0].has_cancel_timer()) << "the run goes on";
}

TEST(Cancellation, OfAScopeReachesWhatIsInsideOfItAndNothingElse) {
  DrivenRun run{workflow::function_definition<cancels_a_part>()};
  EXPECT_EQ(run.commands().size(), 3U);  // the timer of the main function is the first
  run.fire_timer(1);
  const auto commands = run.commands();
  ASSERT_EQ(commands.size(), 1U);
  EXPECT_EQ(commands[0].cancel_timer().seq(), 2U);
  run.fire_timer(3);
  EXPECT_EQ(result_of<std::string>(run.commands().at(0)),
            "CancelledError: timer cancelled: too late | CancelledError: condition cancelled: too late | ");
}

TEST(Cancellation, WhatStartsInACancelledScopeEndsAtOnceWithoutACommand) {
  DrivenRun run{workflow::function_definition<starts_in_a_cancelled_scope>()};
  const auto commands = run.commands();
  ASSERT_EQ(commands.size(), 1U);
  EXPECT_EQ(result_of<std::string>(commands[0]),
            "CancelledError: timer cancelled: not wanted | "
            "ActivityError(charge, 1): Activity cancelled: CancelledError: activity cancelled: not wanted | "
            "CancelledError: condition cancelled: not wanted | CancelledError: timer cancelled: not wanted");
}

TEST(Cancellation, OfAnActivityIsAskedForOnce) {
  DrivenRun run{workflow::function_definition<cancels_twice>()};
  (void)run.commands();
  run.fire_timer(1);
  cancel(run);
  const auto asked = run.commands();
  ASSERT_EQ(asked.size(), 1U);
  EXPECT_TRUE(asked[0].has_request_cancel_activity());
  answer_cancelled(run, 1);
  EXPECT_TRUE(run.commands().at(0).has_complete_workflow_execution());
}

TEST(Cancellation, ReachesWhatAScopeStartedThatIsLongGone) {
  DrivenRun run{workflow::function_definition<scope_outlives_its_code>()};
  (void)run.commands();
  cancel(run);
  EXPECT_EQ(result_of<int>(run.commands().at(1)), 1);
}

TEST(Condition, ThatThrowsTellsTheOneWhoWaits) {
  DrivenRun run{workflow::function_definition<breaks_in_a_condition>()};
  EXPECT_THAT(result_of<std::string>(run.commands().at(0)), testing::HasSubstr("a bad question"));
}
