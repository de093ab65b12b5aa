#include <temporal/lambda/detail/deadline.h>

#include <gtest/gtest.h>

namespace temporal::lambda::detail {
namespace {

using namespace std::chrono_literals;

constexpr SteadyTime start{std::chrono::hours{1}};

TEST(Budget, F1_IsTooShortUpToOneSecondOfWork) {
  EXPECT_EQ((Budget{8s, 7s}.verdict()), BudgetVerdict::too_short);
  EXPECT_EQ((Budget{3s, 7s}.verdict()), BudgetVerdict::too_short);
  EXPECT_EQ((Budget{3s, 7s}.work_time()), -4s);
}

TEST(Budget, F2_IsTightBetweenOneAndFiveSeconds) {
  EXPECT_EQ((Budget{8s + 1ms, 7s}.verdict()), BudgetVerdict::tight);
  EXPECT_EQ((Budget{12s - 1ms, 7s}.verdict()), BudgetVerdict::tight);
  EXPECT_EQ((Budget{12s, 7s}.verdict()), BudgetVerdict::ample);
}

TEST(Schedule, F4_StopsPollingOneBufferBeforeTheDeadline) {
  constexpr Schedule schedule{.deadline = start + 60s, .buffer = 7s, .graceful_timeout = 5s};
  EXPECT_EQ(schedule.stop_at(), start + 53s);
}

TEST(Schedule, F5_DrainsForTheGracefulTimeoutAndHalfASecond) {
  constexpr Schedule schedule{.deadline = start + 60s, .buffer = 7s, .graceful_timeout = 5s};
  EXPECT_EQ(schedule.drain_until(start + 53s), start + 58s + 500ms);
}

TEST(Schedule, F5_KeepsTimeForHooksAndTheAnswerWhenTheBufferIsSmall) {
  constexpr Schedule schedule{.deadline = start + 10s, .buffer = 1s, .graceful_timeout = 5s};
  EXPECT_EQ(schedule.drain_until(start + 9s), start + 10s - answer_margin - hook_reserve);
}

TEST(Schedule, H2_WaitsForHooksUntilAQuarterOfASecondBeforeTheDeadline) {
  EXPECT_GE(answer_margin, 250ms);
  EXPECT_EQ(hooks_until(start + 10s, start), start + 10s - answer_margin);
  EXPECT_EQ(hooks_until(start + 100ms, start), start + least_hook_time) << "quick hooks run even without time";
}

}  // namespace
}  // namespace temporal::lambda::detail
