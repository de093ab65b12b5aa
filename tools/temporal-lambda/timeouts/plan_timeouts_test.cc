#include <tools/temporal-lambda/timeouts/plan_timeouts.h>

#include <temporal/lambda/detail/deadline.h>

#include <gmock/gmock.h>

#include <stdexcept>

namespace temporal::lambda_timeouts {
namespace {

using namespace std::chrono_literals;
using lambda::detail::Budget;
using lambda::detail::BudgetVerdict;
using ::testing::AllOf;
using ::testing::HasSubstr;

std::string refusal(const std::string& activity, const std::string& hooks) {
  try {
    (void)plan_timeouts_command(activity, hooks);
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "no error";
}

TEST(PlanTimeouts, TheThreeValuesFitTogether) {
  const auto plan = plan_timeouts(5min, 3s);
  EXPECT_EQ(plan.graceful_shutdown_timeout, 5min);
  EXPECT_EQ(plan.shutdown_deadline_buffer, 5min + 2s + 3s);
  EXPECT_EQ(plan.least_function_timeout, 5min + 10s);
  EXPECT_EQ(plan.function_timeout, 6min + 5s);
}

TEST(PlanTimeouts, TheWorkerDoesNotWarnAtTheLeastTimeout) {
  for (const Duration activity : {Duration{100ms}, Duration{5s}, Duration{14min}}) {
    const auto plan = plan_timeouts(activity, 0s);
    EXPECT_EQ((Budget{plan.least_function_timeout, plan.shutdown_deadline_buffer}.verdict()), BudgetVerdict::ample);
    EXPECT_GE(plan.function_timeout, plan.least_function_timeout);
  }
}

TEST(PlanTimeouts, WhatLambdaCannotGiveIsRefusedWithWhatFits) {
  EXPECT_THAT(refusal("15m", "0s"), AllOf(HasSubstr("900 s"), HasSubstr("893 s"), HasSubstr("heartbeat")));
  EXPECT_EQ(plan_timeouts(893s, 0s).function_timeout, 900s) << "what it says does fit";
}

TEST(PlanTimeouts, PrintsTheValuesAndTheCode) {
  EXPECT_THAT(plan_timeouts_command("5m", "3s"),
              AllOf(HasSubstr("shutdown_deadline_buffer   305 s"), HasSubstr("graceful_shutdown_timeout = 300000ms;"),
                    HasSubstr("--timeout 365")));
}

TEST(PlanTimeouts, RefusesWhatIsNoDuration) {
  EXPECT_THAT(refusal("soon", "0s"), AllOf(HasSubstr("--longest-activity"), HasSubstr("\"soon\""), HasSubstr("5m")));
  EXPECT_THAT(refusal("5m", "3"), HasSubstr("--hooks"));
}

}  // namespace
}  // namespace temporal::lambda_timeouts
