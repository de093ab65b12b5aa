#include <temporal/workflow/detail/activities.h>

#include <temporal/workflow/detail/driven_run.h>
#include <temporal/workflow/workflow.h>

#include <gmock/gmock.h>

#include <chrono>

namespace temporal::workflow {
namespace {

using namespace std::chrono_literals;
using detail::DrivenRun;

void charge() {}
int count() { return 1; }
Task<int> counts() { co_return 1; }

Task<int> awaits_a_number(std::string what) {
  if (what == "activity") co_return co_await execute_activity<count>({.start_to_close_timeout = 1s});
  if (what == "local activity") co_return co_await execute_local_activity<count>({.start_to_close_timeout = 1s});
  co_return co_await execute_child_workflow<counts>({});
}

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

TEST(Activities, WhoseResultDoesNotDecodeAreNamed) {
  const auto no_number = converter::to_proto(converter::to_payload("text"));
  for (const bool local : {false, true}) {
    const std::string what = local ? "local activity" : "activity";
    DrivenRun run{function_definition<awaits_a_number>(), what};
    (void)run.commands();
    auto& resolved = *run.job().mutable_resolve_activity();
    resolved.set_seq(1);
    resolved.set_is_local(local);
    *resolved.mutable_result()->mutable_completed()->mutable_result() = no_number;
    EXPECT_THAT(run.activate().failed().failure().message(),
                testing::StartsWith("the result of " + what + " count: the payload does not decode as int"));
  }
  DrivenRun run{function_definition<awaits_a_number>(), std::string{"child"}};
  (void)run.commands();
  auto& resolved = *run.job().mutable_resolve_child_workflow_execution();
  resolved.set_seq(1);
  *resolved.mutable_result()->mutable_completed()->mutable_result() = no_number;
  EXPECT_THAT(run.activate().failed().failure().message(),
              testing::StartsWith("the result of child workflow counts: the payload does not decode as int"));
}

}  // namespace
}  // namespace temporal::workflow
