#include <temporal/workflow/continue_as_new.h>

#include <temporal/common/errors.h>
#include <temporal/workflow/detail/driven_run.h>
#include <temporal/workflow/workflow.h>

#include <gmock/gmock.h>

#include <chrono>
#include <stdexcept>

namespace temporal::workflow {
namespace {

using namespace std::chrono_literals;
using detail::DrivenRun;

constexpr KeywordSearchAttribute customer{"CustomerId"};

class Counter {
 public:
  Task<int> run(int count) {
    if (count < 3) continue_as_new<&Counter::run>({}, count + 1);
    co_await wait_condition([] { return false; });
    co_return count;
  }
  void restart(int count) { continue_as_new<&Counter::run>({}, count); }
  void restart_by_update(int count) { continue_as_new<&Counter::run>({}, count); }
};

Definition counter() {
  return definition<Counter>().run<&Counter::run>().signal<&Counter::restart>().update<&Counter::restart_by_update>();
}

Task<> with_options() {
  continue_as_new_named("Other",
                        {.task_queue = "elsewhere",
                         .run_timeout = 1h,
                         .task_timeout = 5s,
                         .start_delay = 2s,
                         .retry_policy = RetryPolicy{.maximum_attempts = 4},
                         .versioning_intent = VersioningIntent::compatible,
                         .initial_versioning_behavior = ContinueAsNewVersioningBehavior::auto_upgrade,
                         .search_attributes = {customer.set("c-7")},
                         .memo = {{"note", converter::to_payload("x")}}},
                        converter::to_payloads("a", 1));
}

Task<> deep() {
  try {
    co_await sleep(1s);
    try {
      continue_as_new<deep>({});
    } catch (const std::exception&) {
      throw ApplicationError{"it was taken for an error"};
    }
  } catch (...) {
    throw;
  }
}
Task<> outer() { co_await deep(); }

TEST(ContinueAsNew, EndsTheRunWithTheArgumentsOfTheNext) {
  DrivenRun run{counter(), 2};
  const auto commands = run.commands();
  ASSERT_EQ(commands.size(), 1U);
  const auto& next = commands[0].continue_as_new_workflow_execution();
  EXPECT_EQ(next.workflow_type(), "Counter");
  EXPECT_EQ(next.task_queue(), "queue");
  EXPECT_EQ(next.arguments(0).data(), "3");
  EXPECT_FALSE(next.has_workflow_run_timeout());
  EXPECT_FALSE(next.has_search_attributes());
}

TEST(ContinueAsNew, CarriesAllOptions) {
  DrivenRun run{function_definition<with_options>()};
  const auto commands = run.commands();
  ASSERT_EQ(commands.size(), 1U);
  const auto& next = commands[0].continue_as_new_workflow_execution();
  EXPECT_EQ(next.workflow_type(), "Other");
  EXPECT_EQ(next.task_queue(), "elsewhere");
  EXPECT_EQ(next.arguments_size(), 2);
  EXPECT_EQ(next.workflow_run_timeout().seconds(), 3600);
  EXPECT_EQ(next.workflow_task_timeout().seconds(), 5);
  EXPECT_EQ(next.backoff_start_interval().seconds(), 2);
  EXPECT_EQ(next.retry_policy().maximum_attempts(), 4);
  EXPECT_EQ(next.versioning_intent(), coresdk::common::COMPATIBLE);
  EXPECT_EQ(next.initial_versioning_behavior(), api::enums::v1::CONTINUE_AS_NEW_VERSIONING_BEHAVIOR_AUTO_UPGRADE);
  EXPECT_EQ(next.search_attributes().indexed_fields().at("CustomerId").data(), "\"c-7\"");
  EXPECT_EQ(next.memo().at("note").data(), "\"x\"");
}

TEST(ContinueAsNew, PassesHandlersOfExceptionsOnItsWayOut) {
  DrivenRun run{function_definition<outer>()};
  (void)run.commands();
  run.fire_timer(1);
  EXPECT_EQ(run.commands().at(0).continue_as_new_workflow_execution().workflow_type(), "deep");
}

TEST(ContinueAsNew, ASignalHandlerMayAskForIt) {
  DrivenRun run{counter(), 3};
  (void)run.commands();
  run.signal("restart", 0);
  EXPECT_EQ(run.commands().at(0).continue_as_new_workflow_execution().arguments(0).data(), "0");
}

TEST(ContinueAsNew, AnUpdateHandlerThatAsksForItFailsTheTask) {
  DrivenRun run{counter(), 3};
  (void)run.commands();
  run.update("restart_by_update", 0);
  const auto completion = run.activate();
  ASSERT_TRUE(completion.has_failed());
  EXPECT_THAT(completion.failed().failure().message(), testing::HasSubstr("update handler"));
}

TEST(ContinueAsNew, WorksOnlyInsideAWorkflow) { EXPECT_THROW(continue_as_new<&Counter::run>({}, 1), std::logic_error); }

}  // namespace
}  // namespace temporal::workflow
