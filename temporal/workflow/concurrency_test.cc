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

/// Handles that the caller keeps, awaited together and then one by one.
workflow::Task<std::string> keeps_its_handles(std::string how) {
  const auto text = [](std::string text) -> workflow::Task<std::string> { co_return text; };
  auto hotel = workflow::spawn(text("a hotel far too long for the small string"));
  auto flight = workflow::spawn(text("a flight far too long for the small string"));
  if (how == "pack") co_await workflow::when_all(hotel, flight);
  if (how == "vector") co_await workflow::when_all(std::vector{hotel, flight});
  if (how == "moved copy")
    co_await workflow::when_all(std::move(hotel), flight), hotel = workflow::spawn(text("a hotel"));
  if (how == "any") co_await workflow::when_any(hotel, flight);
  co_return co_await hotel + " and " + co_await flight;
}

workflow::Task<std::size_t> shares_a_handle() {
  auto shared = workflow::spawn([]() -> workflow::Task<std::vector<int>> {
    co_await workflow::sleep(1s);
    co_return std::vector<int>{1, 2, 3};
  });
  const auto wait = [&]() -> workflow::Task<std::size_t> {
    auto [numbers] = co_await workflow::when_all(shared);
    co_return numbers.size();
  };
  const auto [first, second, third] = co_await workflow::when_all(workflow::spawn(wait), workflow::spawn(wait), shared);
  co_return first + second + third.size();
}

workflow::Task<std::size_t> waits_for_what_can_only_be_moved() {
  const auto make = []() -> workflow::Task<std::vector<std::unique_ptr<int>>> {
    std::vector<std::unique_ptr<int>> numbers;
    numbers.push_back(std::make_unique<int>(7));
    co_return numbers;
  };
  auto [first, second] = co_await workflow::when_all(workflow::spawn(make), workflow::spawn(make));
  co_return first.size() + second.size();
}

workflow::Task<> takes_a_result_twice() {
  auto handle = workflow::spawn(after(1s, 1));
  auto copy = handle;
  (void)co_await std::move(handle);
  (void)co_await copy;
}

workflow::Task<std::string> moves_a_task_on(bool twice) {
  auto task = after(1s, 7);
  auto text = std::to_string(co_await std::move(task));
  if (twice) text += std::to_string(co_await std::move(task));
  co_return text;
}

workflow::Task<> awaits_from_two_places() {
  auto task = after(1s, 7);
  auto first = workflow::spawn([&]() -> workflow::Task<> { (void)co_await std::move(task); });
  auto second = workflow::spawn([&]() -> workflow::Task<> { (void)co_await std::move(task); });
  co_await workflow::when_all(first, second);
}

// Compilers warn of it; who builds without warnings gets an error.
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wreturn-type"
workflow::Task<std::string> returns_nothing() { co_await workflow::sleep(1s); }
#pragma clang diagnostic pop

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

TEST(WhenAll, LeavesTheResultsOfHandlesWhereTheyAre) {
  for (const std::string how : {"one by one", "pack", "vector", "any"}) {
    DrivenRun run{workflow::function_definition<keeps_its_handles>(), how};
    EXPECT_EQ(result_of<std::string>(run.commands().at(0)),
              "a hotel far too long for the small string and a flight far too long for the small string")
        << how;
  }
  DrivenRun run{workflow::function_definition<keeps_its_handles>(), std::string{"moved copy"}};
  EXPECT_EQ(result_of<std::string>(run.commands().at(0)), "a hotel and a flight far too long for the small string");
}

TEST(WhenAll, GivesAllWhoWaitForOneHandleItsResult) {
  DrivenRun run{workflow::function_definition<shares_a_handle>()};
  (void)run.commands();
  run.fire_timer(1);
  EXPECT_EQ(result_of<int>(run.commands().at(0)), 9);
}

TEST(WhenAll, MovesWhatCanOnlyBeMoved) {
  DrivenRun run{workflow::function_definition<waits_for_what_can_only_be_moved>()};
  EXPECT_EQ(result_of<int>(run.commands().at(0)), 2);
}

TEST(Spawn, AResultThatWasMovedOutIsMissedByName) {
  DrivenRun run{workflow::function_definition<takes_a_result_twice>()};
  (void)run.commands();
  run.fire_timer(1);
  EXPECT_THAT(run.activate().failed().failure().message(), HasSubstr("was moved out"));
}

TEST(Task, IsAwaitedOnce) {
  DrivenRun once{workflow::function_definition<moves_a_task_on>(), false};
  (void)once.commands();
  once.fire_timer(1);
  EXPECT_EQ(result_of<std::string>(once.commands().at(0)), "7");
  DrivenRun twice{workflow::function_definition<moves_a_task_on>(), true};
  (void)twice.commands();
  twice.fire_timer(1);
  EXPECT_THAT(twice.activate().failed().failure().message(), HasSubstr("workflow moves_a_task_on has awaited"));
  DrivenRun from_two{workflow::function_definition<awaits_from_two_places>()};
  (void)from_two.commands();
  from_two.fire_timer(1);
  EXPECT_THAT(from_two.activate().failed().failure().message(), HasSubstr("a second time"));
}

TEST(Task, WithoutAResultIsAnErrorOfItsWorkflow) {
  DrivenRun run{workflow::function_definition<returns_nothing>()};
  (void)run.commands();
  run.fire_timer(1);
  EXPECT_THAT(run.activate().failed().failure().message(), HasSubstr("workflow returns_nothing"));
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
