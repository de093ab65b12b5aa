#include <temporal/workflow/timer.h>

#include <temporal/common/errors.h>
#include <temporal/workflow/detail/driven_run.h>
#include <temporal/workflow/workflow.h>

#include <gmock/gmock.h>

#include <chrono>
#include <string>
#include <vector>

using namespace temporal;
using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using workflow::detail::DrivenRun;
using workflow::detail::result_of;

namespace {

workflow::Task<std::string> fires_at_once(std::int64_t nanoseconds) {
  const Duration duration{nanoseconds};
  const auto timer = workflow::start_timer(duration);
  const auto other = workflow::start_timer(1h);
  const auto first = co_await workflow::when_any(other, timer);
  co_await timer;
  co_await workflow::sleep(duration);
  co_return first == 1 ? "at once" : "later";
}

/// Two tasks, each of which takes one of what is there; the second has a limit.
class Shelf {
 public:
  workflow::Task<> run() {
    co_await workflow::wait_condition([] { return false; });
  }
  workflow::Task<int> take() {
    co_await workflow::wait_condition([this] { return there_ > 0; });
    co_return --there_;
  }
  workflow::Task<int> take_within_an_hour() {
    if (!co_await workflow::wait_condition([this] { return there_ > 0; }, 1h)) co_return -1;
    co_return --there_;
  }
  void put() { ++there_; }

 private:
  int there_ = 0;
};

workflow::Definition shelf() {
  return workflow::definition<Shelf>()
      .run<&Shelf::run>()
      .signal<&Shelf::put>()
      .update<&Shelf::take>()
      .update<&Shelf::take_within_an_hour>();
}

/// What the updates of the commands came to.
std::vector<std::string> completed(DrivenRun& run) {
  std::vector<std::string> results;
  for (const auto& command : run.commands()) {
    if (command.update_response().has_completed()) results.push_back(command.update_response().completed().data());
  }
  return results;
}

workflow::Task<std::string> waits_in_a_cancelled_scope(std::int64_t nanoseconds, bool holds) {
  const workflow::CancellationScope scope;
  scope.cancel("no need");
  try {
    const bool held = co_await scope.run(workflow::wait_condition([&] { return holds; }, Duration{nanoseconds}));
    co_return held ? "held" : "the time was up";
  } catch (const CancelledError& error) {
    co_return error.what();
  }
}

workflow::Task<std::string> reminds_until_shipped() {
  bool shipped = false;
  int reminders = 0;
  co_await workflow::shielded(workflow::sleep(1s));  // the cancellation comes here
  while (!co_await workflow::wait_condition([&] { return shipped; }, 1h)) ++reminders;
  co_return std::to_string(reminders);
}

workflow::Task<> has_a_condition_that_changes_something(std::string what) {
  const workflow::CancellationScope scope;
  auto pending = workflow::spawn(scope.run(workflow::sleep(1h)));
  bool now = false;
  const auto go = workflow::set_signal_handler("go", [&] { now = true; });
  co_await workflow::wait_condition([&] {
    if (!now) return false;
    if (what == "cancel") scope.cancel();
    if (what == "timer") (void)workflow::start_timer(1s).done();
    if (what == "spawn") workflow::spawn(workflow::sleep(1s));
    return true;
  });
}

workflow::Task<> has_a_condition_with_a_patch() {
  co_await workflow::wait_condition([] { return workflow::patched("p") && !workflow::uuid4().empty(); });
}

workflow::Task<std::string> is_long_or_has_work() {
  int work = 0;
  const auto add = workflow::set_signal_handler("add", [&] { ++work; });
  co_await workflow::wait_condition([&] { return work > 0 || workflow::continue_as_new_suggested(); });
  if (work == 0) co_return "nothing to do";
  co_return workflow::patched("v2") ? "new way" : "old way";
}

workflow::Task<> waits_for_a_question() {
  int asked = 0;
  const auto ask = workflow::set_query_handler("ask", [&] { return ++asked; });
  co_await workflow::wait_condition([&] { return asked > 0; });
  co_await workflow::sleep(1h);
}

}  // namespace

TEST(Timer, OfZeroOrLessHasFiredWhenItIsStarted) {
  for (const Duration duration : {Duration{0}, Duration{-1s}, Duration::min()}) {
    DrivenRun run{workflow::function_definition<fires_at_once>(), duration.count()};
    const auto commands = run.commands();
    ASSERT_EQ(commands.size(), 2U);
    EXPECT_EQ(commands[0].start_timer().start_to_fire_timeout().seconds(), 3600);
    EXPECT_EQ(result_of<std::string>(commands[1]), "at once");
  }
}

TEST(Timer, OfZeroKeepsItsCommandInAHistoryOfTheOriginalRules) {
  DrivenRun run{workflow::function_definition<fires_at_once>(), 0};
  run.replay_by_the_original_rules();
  EXPECT_EQ(run.commands().size(), 2U);
  run.fire_timer(1);
  EXPECT_EQ(result_of<std::string>(run.commands().at(0)), "at once");
}

TEST(Condition, HoldsForTheOneThatGoesOn) {
  DrivenRun run{shelf()};
  run.update("take");
  run.update("take");
  run.update("take_within_an_hour");
  (void)run.commands();
  for (const auto* result : {"0", "0", "0"}) {
    run.signal("put");
    EXPECT_THAT(completed(run), ElementsAre(result));
  }
}

TEST(Condition, ThatDoesNotHoldAnyMoreIsWaitedForUntilTheTimeIsUp) {
  DrivenRun run{shelf()};
  run.update("take");
  run.update("take_within_an_hour");
  (void)run.commands();
  run.signal("put");
  EXPECT_THAT(completed(run), ElementsAre("0"));
  run.fire_timer(1);
  EXPECT_THAT(completed(run), ElementsAre("-1"));
}

TEST(Condition, WentOnForAllInAHistoryOfTheOriginalRules) {
  DrivenRun run{shelf()};
  run.update("take");
  run.update("take");
  (void)run.commands();
  run.replay_by_the_original_rules();
  run.signal("put");
  EXPECT_THAT(completed(run), ElementsAre("0", "-1"));
}

TEST(Condition, WithALimitThrowsInACancelledScopeAsWithoutOne) {
  for (const Duration limit : {Duration{1h}, Duration{0}, Duration{-1s}}) {
    DrivenRun run{workflow::function_definition<waits_in_a_cancelled_scope>(), limit.count(), false};
    EXPECT_THAT(result_of<std::string>(run.commands().at(0)), HasSubstr("cancelled: no need"));
    DrivenRun holds{workflow::function_definition<waits_in_a_cancelled_scope>(), limit.count(), true};
    EXPECT_EQ(result_of<std::string>(holds.commands().at(0)), "held");
  }
  DrivenRun old{workflow::function_definition<waits_in_a_cancelled_scope>(), Duration{1h}.count(), false};
  old.replay_by_the_original_rules();
  EXPECT_EQ(result_of<std::string>(old.commands().at(0)), "the time was up");
}

TEST(Condition, WithALimitDoesNotSpinAfterACancellationThatCameBefore) {
  DrivenRun run{workflow::function_definition<reminds_until_shipped>()};
  EXPECT_EQ(run.commands().size(), 1U);
  run.job().mutable_cancel_workflow();
  EXPECT_THAT(run.commands(), IsEmpty());
  run.fire_timer(1);
  EXPECT_TRUE(run.commands().at(0).has_cancel_workflow_execution());
}

TEST(Condition, MustNotChangeAnything) {
  for (const std::string what : {"cancel", "timer", "spawn"}) {
    DrivenRun run{workflow::function_definition<has_a_condition_that_changes_something>(), what};
    EXPECT_EQ(run.commands().size(), 1U);
    run.signal("go");
    EXPECT_THAT(run.activate().failed().failure().message(), HasSubstr("must not change the workflow")) << what;
  }
}

TEST(Condition, MayAskForPatchesAndRandomNumbers) {
  DrivenRun run{workflow::function_definition<has_a_condition_with_a_patch>()};
  const auto commands = run.commands();
  ASSERT_EQ(commands.size(), 2U);
  EXPECT_TRUE(commands[0].has_set_patch_marker());
  EXPECT_TRUE(commands[1].has_complete_workflow_execution());
}

TEST(Condition, IsNotAskedBeforeTheSignalsOfATaskWithAPatch) {
  DrivenRun run{workflow::function_definition<is_long_or_has_work>()};
  EXPECT_THAT(run.commands(), IsEmpty());
  run.next().set_continue_as_new_suggested(true);
  run.next().set_is_replaying(true);
  run.job().mutable_notify_has_patch()->set_patch_id("v2");
  run.signal("add");
  const auto commands = run.commands();
  ASSERT_EQ(commands.size(), 2U);
  EXPECT_TRUE(commands[0].has_set_patch_marker());
  EXPECT_EQ(result_of<std::string>(commands[1]), "new way");
}

TEST(Condition, IsNotAskedAfterAQuery) {
  DrivenRun run{workflow::function_definition<waits_for_a_question>()};
  EXPECT_THAT(run.commands(), IsEmpty());
  run.query("ask");
  const auto commands = run.commands();
  ASSERT_EQ(commands.size(), 1U);
  EXPECT_EQ(commands[0].respond_to_query().succeeded().response().data(), "1");
}
