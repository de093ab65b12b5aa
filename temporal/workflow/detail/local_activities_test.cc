#include <temporal/workflow/detail/local_activities.h>

#include <temporal/common/errors.h>
#include <temporal/converter/failure.h>
#include <temporal/workflow/detail/driven_run.h>
#include <temporal/workflow/workflow.h>

#include <gmock/gmock.h>

#include <chrono>

namespace temporal::workflow::detail {
namespace {

using namespace std::chrono_literals;

int twice(int n) { return 2 * n; }

Task<int> doubles(int n) {
  co_return co_await execute_local_activity<twice>({.start_to_close_timeout = 1s,
                                                    .retry_policy = RetryPolicy{.maximum_attempts = 9},
                                                    .local_retry_threshold = 10s,
                                                    .summary = "twice"},
                                                   n);
}
Task<int> two_at_once() {
  auto one = start_local_activity<twice>({.schedule_to_close_timeout = 1s}, 1);
  auto two = start_local_activity<twice>({.schedule_to_close_timeout = 1s}, 2);
  co_return co_await one + co_await two;
}
Task<> cancels() {
  auto activity = start_local_activity<twice>({.start_to_close_timeout = 1s}, 1);
  co_await sleep(1s);
  activity.cancel();
  (void)co_await activity;
}
Task<int> no_timeout() { co_return co_await execute_local_activity<twice>({}, 1); }

auto& outcome(DrivenRun& run, std::uint32_t sequence) {
  auto& resolved = *run.job().mutable_resolve_activity();
  resolved.set_seq(sequence);
  resolved.set_is_local(true);
  return *resolved.mutable_result();
}

void complete(DrivenRun& run, std::uint32_t sequence, int result) {
  *outcome(run, sequence).mutable_completed()->mutable_result() = converter::to_proto(converter::to_payload(result));
}

void back_off(DrivenRun& run, std::uint32_t sequence) {
  auto& back_off = *outcome(run, sequence).mutable_backoff();
  back_off.set_attempt(4);
  back_off.mutable_backoff_duration()->set_seconds(60);
  back_off.mutable_original_schedule_time()->set_seconds(1000);
}

TEST(LocalActivities, CarryTheirOptionsAndGiveTheirResult) {
  DrivenRun run{function_definition<doubles>(), 21};
  const auto commands = run.commands();
  ASSERT_EQ(commands.size(), 1U);
  const auto& schedule = commands[0].schedule_local_activity();
  EXPECT_EQ(schedule.activity_type(), "twice");
  EXPECT_EQ(schedule.activity_id(), "1");
  EXPECT_EQ(schedule.attempt(), 1U);
  EXPECT_EQ(schedule.arguments(0).data(), "21");
  EXPECT_EQ(schedule.start_to_close_timeout().seconds(), 1);
  EXPECT_EQ(schedule.local_retry_threshold().seconds(), 10);
  EXPECT_EQ(schedule.retry_policy().maximum_attempts(), 9);
  EXPECT_EQ(commands[0].user_metadata().summary().data(), "\"twice\"");
  complete(run, 1, 42);
  EXPECT_EQ(result_of<int>(run.commands().at(0)), 42);
}

TEST(LocalActivities, RunSideBySide) {
  DrivenRun run{function_definition<two_at_once>()};
  EXPECT_EQ(run.commands().size(), 2U);
  complete(run, 2, 4);
  complete(run, 1, 2);
  EXPECT_EQ(result_of<int>(run.commands().at(0)), 6);
}

TEST(LocalActivities, WaitOnATimerWhenCoreSaysSoAndGoOnWithTheNextAttempt) {
  DrivenRun run{function_definition<doubles>(), 21};
  (void)run.commands();
  back_off(run, 1);
  EXPECT_EQ(run.commands().at(0).start_timer().start_to_fire_timeout().seconds(), 60);
  run.fire_timer(1);
  const auto again = run.commands().at(0).schedule_local_activity();
  EXPECT_EQ(again.seq(), 2U);
  EXPECT_EQ(again.activity_id(), "1");
  EXPECT_EQ(again.attempt(), 4U);
  EXPECT_EQ(again.original_schedule_time().seconds(), 1000);
  EXPECT_EQ(again.arguments(0).data(), "21");
  complete(run, 2, 42);
  EXPECT_EQ(result_of<int>(run.commands().at(0)), 42);
}

TEST(LocalActivities, FailWithAnActivityErrorThatHasTheFailureOfTheLastAttemptAsItsCause) {
  DrivenRun run{function_definition<doubles>(), 21};
  (void)run.commands();
  *outcome(run, 1).mutable_failed()->mutable_failure() =
      converter::to_failure(std::make_exception_ptr(ApplicationError{"no money", {.type = "CardDeclined"}}));
  const auto failure = run.commands().at(0).fail_workflow_execution().failure();
  EXPECT_EQ(failure.activity_failure_info().activity_type().name(), "twice");
  EXPECT_EQ(failure.activity_failure_info().activity_id(), "1");
  EXPECT_EQ(failure.cause().application_failure_info().type(), "CardDeclined");
}

TEST(LocalActivities, AreCancelledWhileTheyRun) {
  DrivenRun run{function_definition<cancels>()};
  (void)run.commands();
  run.fire_timer(1);
  EXPECT_EQ(run.commands().at(0).request_cancel_local_activity().seq(), 1U);
  *outcome(run, 1).mutable_cancelled()->mutable_failure() = converter::to_failure(std::make_exception_ptr(
      ActivityError{"cancelled", {.activity_type = "twice"}, std::make_exception_ptr(CancelledError{})}));
  EXPECT_TRUE(run.commands().at(0).fail_workflow_execution().failure().cause().has_canceled_failure_info());
}

TEST(LocalActivities, AreCancelledWhileTheyWaitForTheNextAttempt) {
  DrivenRun run{function_definition<doubles>(), 21};
  (void)run.commands();
  back_off(run, 1);
  (void)run.commands();
  run.job().mutable_cancel_workflow();
  const auto commands = run.commands();
  ASSERT_EQ(commands.size(), 2U);
  EXPECT_TRUE(commands[0].has_cancel_timer());
  EXPECT_TRUE(commands[1].has_cancel_workflow_execution());
}

TEST(LocalActivities, WithoutATimeoutFailTheTaskAndSayWhatToSet) {
  DrivenRun run{function_definition<no_timeout>()};
  const auto completion = run.activate();
  ASSERT_TRUE(completion.has_failed());
  EXPECT_THAT(completion.failed().failure().message(), testing::HasSubstr("set start_to_close_timeout"));
}

}  // namespace
}  // namespace temporal::workflow::detail
