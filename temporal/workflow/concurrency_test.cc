#include <temporal/common/errors.h>
#include <temporal/workflow/detail/driven_run.h>
#include <temporal/workflow/workflow.h>

#include <gmock/gmock.h>

#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

using namespace temporal;
using namespace std::chrono_literals;
using testing::HasSubstr;
using workflow::detail::DrivenRun;
using workflow::detail::result_of;

namespace {

workflow::Task<int> after(Duration wait, int value) {
  co_await workflow::sleep(wait);
  co_return value;
}

workflow::Task<> fails(std::string message) {
  throw ApplicationError{message};
  co_return;
}

workflow::Task<> breaks() {
  throw std::runtime_error{"a defect"};
  co_return;
}

workflow::Task<int> all_kinds() {
  const auto timer = workflow::start_timer(2s);
  auto [number, nothing, text] = co_await workflow::when_all(
      after(1s, 40), timer, [](std::string text) -> workflow::Task<std::string> { co_return text; }("ab"));
  static_assert(std::is_same_v<decltype(nothing), std::monostate>);
  co_return number + static_cast<int>(text.size());
}

workflow::Task<std::vector<int>> all_of_a_kind() {
  std::vector<workflow::Task<int>> tasks;
  for (int i = 1; i <= 3; ++i) tasks.push_back(after(i * 1s, i));
  co_return co_await workflow::when_all(std::move(tasks));
}

workflow::Task<> all_with_failures() {
  std::vector<workflow::Task<>> tasks;
  tasks.push_back(workflow::sleep(1s));
  tasks.push_back([]() -> workflow::Task<> {
    co_await workflow::sleep(2s);
    co_await fails("the second");
  }());
  tasks.push_back(fails("the third"));
  co_await workflow::when_all(std::move(tasks));
}

workflow::Task<std::string> any_then_the_others() {
  auto slow = workflow::spawn(after(2s, 2));
  auto fast = workflow::spawn(after(1s, 1));
  auto cancelled = workflow::start_timer(1h);
  auto text = std::to_string(co_await workflow::when_any(slow, fast, cancelled));
  cancelled.cancel();
  text += std::to_string(co_await workflow::when_any(std::vector{slow}));
  co_return text + std::to_string(co_await slow) + std::to_string(co_await fast) + std::to_string(co_await fast);
}

workflow::Task<int> moves_a_result() {
  auto handle = workflow::spawn([]() -> workflow::Task<std::unique_ptr<int>> { co_return std::make_unique<int>(7); });
  co_return *co_await std::move(handle);
}

workflow::Task<> unawaited_failure() {
  {
    auto dropped = workflow::spawn(fails("nobody looks"));
  }
  co_await workflow::sleep(1h);
}
workflow::Task<> unawaited_defect() {
  auto kept = workflow::spawn(breaks());
  co_await workflow::sleep(1s);
}
workflow::Task<> awaited_failure() {
  auto handle = workflow::spawn(fails("somebody looks"));
  try {
    co_await handle;
  } catch (const ApplicationError&) {
  }
}
workflow::Task<> cancelled_in_the_background() {
  const workflow::CancellationScope scope;
  {
    auto dropped = workflow::spawn(scope.run(workflow::sleep(1h)));
  }
  co_await workflow::sleep(1s);
  scope.cancel();
}

/// Each visitor holds one of the places for a second.
class Shop {
 public:
  workflow::Task<std::string> run() {
    co_await workflow::wait_condition([this] { return log_.size() == 8; });
    co_return log_;
  }
  workflow::Task<> visit(std::string name) {
    auto place = co_await places_.acquire();
    log_ += name;
    co_await workflow::sleep(1s);
    log_ += static_cast<char>(name[0] - 'a' + 'A');
  }

 private:
  workflow::Semaphore places_{2};
  std::string log_;
};

workflow::Task<std::string> cancels_while_it_waits_for_a_lock() {
  workflow::Mutex mutex;
  const workflow::CancellationScope scope;
  std::string log;
  const auto hold = [&](std::string name) -> workflow::Task<> {
    auto lock = co_await mutex.lock();
    log += name;
    co_await workflow::sleep(1s);
  };
  auto first = workflow::spawn(hold("1"));
  auto second = workflow::spawn(scope.run(hold("2")));
  auto third = workflow::spawn(hold("3"));
  co_await workflow::sleep(1s);
  scope.cancel();
  co_await first;
  co_await third;
  try {
    co_await second;
  } catch (const CancelledError& error) {
    log += error.what();
  }
  log += mutex.locked() ? " locked" : " free";
  co_return log;
}

}  // namespace

TEST(WhenAll, GivesTheResultsOfAllKinds) {
  DrivenRun run{workflow::function_definition<all_kinds>()};
  EXPECT_EQ(run.commands().size(), 2U);
  run.fire_timer(2);
  EXPECT_TRUE(run.commands().empty());
  run.fire_timer(1);
  EXPECT_EQ(result_of<int>(run.commands().at(0)), 42);
}

TEST(WhenAll, KeepsTheOrderOfTheTasks) {
  DrivenRun run{workflow::function_definition<all_of_a_kind>()};
  EXPECT_EQ(run.commands().size(), 3U);
  run.fire_timer(3);
  run.fire_timer(1);
  run.fire_timer(2);
  EXPECT_EQ(result_of<std::vector<int>>(run.commands().at(0)), (std::vector{1, 2, 3}));
}

TEST(WhenAll, WaitsForAllAndThrowsTheFirstFailureInOrder) {
  DrivenRun run{workflow::function_definition<all_with_failures>()};
  EXPECT_EQ(run.commands().size(), 2U);
  run.fire_timer(1);
  EXPECT_TRUE(run.commands().empty());
  run.fire_timer(2);
  EXPECT_EQ(run.commands().at(0).fail_workflow_execution().failure().message(), "the second");
}

TEST(WhenAny, GivesTheFirstAndTheOthersGoOn) {
  DrivenRun run{workflow::function_definition<any_then_the_others>()};
  const auto started = run.commands();
  EXPECT_EQ(started.size(), 3U);
  run.fire_timer(3);  // timers are numbered as they start: the handle's own is the first, then those of the tasks
  const auto commands = run.commands();
  ASSERT_EQ(commands.size(), 1U);
  EXPECT_EQ(commands[0].cancel_timer().seq(), 1U);
  run.fire_timer(2);
  EXPECT_EQ(result_of<std::string>(run.commands().at(0)), "10211");
}

TEST(Spawn, AResultCanBeMovedOut) {
  DrivenRun run{workflow::function_definition<moves_a_result>()};
  EXPECT_EQ(result_of<int>(run.commands().at(0)), 7);
}

TEST(Spawn, AFailureThatNobodyAwaitsFailsTheWorkflow) {
  DrivenRun run{workflow::function_definition<unawaited_failure>()};
  EXPECT_EQ(run.commands().at(1).fail_workflow_execution().failure().message(), "nobody looks");
}

TEST(Spawn, ADefectThatNobodyAwaitsFailsTheTask) {
  DrivenRun run{workflow::function_definition<unawaited_defect>()};
  (void)run.commands();
  run.fire_timer(1);
  EXPECT_EQ(run.activate().failed().failure().message(), "a defect");
}

TEST(Spawn, AFailureThatIsAwaitedIsTheAwaitersOwn) {
  DrivenRun run{workflow::function_definition<awaited_failure>()};
  EXPECT_TRUE(run.commands().at(0).has_complete_workflow_execution());
}

TEST(Spawn, ACancellationIsNoFailure) {
  DrivenRun run{workflow::function_definition<cancelled_in_the_background>()};
  (void)run.commands();
  run.fire_timer(1);
  EXPECT_TRUE(run.commands().at(1).has_complete_workflow_execution());
}

TEST(Spawn, EvictionDestroysWhatGoesOn) {
  DrivenRun run{workflow::function_definition<any_then_the_others>()};
  (void)run.commands();
  run.evict();
}

TEST(Semaphore, LetsInAsManyAsItHasPermitsAndTheOthersInTheirOrder) {
  DrivenRun run{workflow::definition<Shop>().run<&Shop::run>().signal<&Shop::visit>()};
  for (const auto* name : {"a", "b", "c", "d"}) run.signal("visit", std::string{name});
  EXPECT_EQ(run.commands().size(), 2U);
  run.fire_timer(1);
  EXPECT_EQ(run.commands().size(), 1U);
  run.fire_timer(2);
  EXPECT_EQ(run.commands().size(), 1U);
  run.fire_timer(3);
  run.fire_timer(4);
  EXPECT_EQ(result_of<std::string>(run.commands().at(0)), "abAcBdCD");
}

TEST(Mutex, ACancelledWaitLeavesTheQueue) {
  DrivenRun run{workflow::function_definition<cancels_while_it_waits_for_a_lock>()};
  EXPECT_EQ(run.commands().size(), 2U);
  run.fire_timer(1);
  EXPECT_TRUE(run.commands().empty());
  run.fire_timer(2);
  EXPECT_EQ(run.commands().size(), 1U);
  run.fire_timer(3);
  EXPECT_EQ(result_of<std::string>(run.commands().at(0)), "13wait for a lock cancelled free");
}

TEST(Mutex, IsGivenBackWhenTheWorkflowIsEvicted) {
  DrivenRun run{workflow::function_definition<cancels_while_it_waits_for_a_lock>()};
  (void)run.commands();
  run.evict();
}
