#include <temporal/workflow/detail/activities.h>

#include <temporal/workflow/detail/driven_run.h>
#include <temporal/workflow/workflow.h>

#include <gtest/gtest.h>

#include <chrono>

namespace temporal::workflow {
namespace {

using namespace std::chrono_literals;
using detail::DrivenRun;

void charge() {}

Task<> with_options() {
  co_await execute_activity<charge>({.start_to_close_timeout = 1s,
                                     .schedule_to_close_timeout = 2s,
                                     .schedule_to_start_timeout = 3s,
                                     .heartbeat_timeout = 4s,
                                     .retry_policy = RetryPolicy{.maximum_attempts = 5},
                                     .task_queue = "elsewhere",
                                     .activity_id = "charge-7",
                                     .summary = "charge the card",
                                     .priority = {.priority_key = 1, .fairness_key = "ann"},
                                     .versioning_intent = VersioningIntent::compatible,
                                     .cancellation_type = ActivityCancellationType::abandon});
}

TEST(Activities, CarryAllOptions) {
  DrivenRun run{function_definition<with_options>()};
  const auto command = run.commands().at(0);
  const auto& activity = command.schedule_activity();
  EXPECT_EQ(activity.start_to_close_timeout().seconds(), 1);
  EXPECT_EQ(activity.schedule_to_close_timeout().seconds(), 2);
  EXPECT_EQ(activity.schedule_to_start_timeout().seconds(), 3);
  EXPECT_EQ(activity.heartbeat_timeout().seconds(), 4);
  EXPECT_EQ(activity.retry_policy().maximum_attempts(), 5);
  EXPECT_EQ(activity.task_queue(), "elsewhere");
  EXPECT_EQ(activity.activity_id(), "charge-7");
  EXPECT_EQ(activity.priority().priority_key(), 1);
  EXPECT_EQ(activity.priority().fairness_key(), "ann");
  EXPECT_EQ(activity.versioning_intent(), coresdk::common::COMPATIBLE);
  EXPECT_EQ(activity.cancellation_type(), coresdk::workflow_commands::ABANDON);
  EXPECT_EQ(command.user_metadata().summary().data(), "\"charge the card\"");
}

}  // namespace
}  // namespace temporal::workflow
