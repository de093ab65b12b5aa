#include <temporal/common/promise.h>
#include <temporal/common/start.h>

#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>

namespace temporal {
namespace {

using Thread = std::thread::id;

Task<int> number(int n) { co_return n; }
Task<> nothing() { co_return; }
Task<int> fail() {
  throw std::runtime_error{"no"};
  co_return 0;
}
Task<Thread> thread() { co_return std::this_thread::get_id(); }

Thread thread_of(Executor& executor) { return start(executor, thread()).get(); }

TEST(Task, GivesItsResult) {
  EXPECT_EQ(sync_wait(number(7)), 7);
  sync_wait(nothing());
  EXPECT_EQ(*sync_wait([]() -> Task<std::unique_ptr<int>> { co_return std::make_unique<int>(7); }()), 7);
}

TEST(Task, BeginsWhenItIsAwaited) {
  bool began = false;
  const auto begin = [&]() -> Task<> {
    began = true;
    co_return;
  };
  auto task = begin();
  EXPECT_FALSE(began);
  sync_wait(std::move(task));
  EXPECT_TRUE(began);
}

TEST(Task, AwaitsOthersOfAnyResult) {
  const auto sum = []() -> Task<std::string> {
    co_await nothing();
    auto second = number(2);
    co_return std::to_string(co_await number(1) + co_await std::move(second));
  };
  EXPECT_EQ(sync_wait(sum()), "3");
}

TEST(Task, PassesExceptionsOnAndLetsThemBeCaught) {
  EXPECT_THROW(sync_wait(fail()), std::runtime_error);
  const auto outer = []() -> Task<int> { co_return co_await fail(); };
  EXPECT_THROW(sync_wait(outer()), std::runtime_error);
  const auto rescue = []() -> Task<int> {
    try {
      co_return co_await fail();
    } catch (const std::runtime_error&) {
    }
    co_return co_await number(4);
  };
  EXPECT_EQ(sync_wait(rescue()), 4);
}

TEST(Task, AwaitingAMillionTimesNeedsNoStack) {
  const auto count = []() -> Task<int> {
    int total = 0;
    for (int i = 0; i < 1'000'000; ++i) total += co_await number(1);
    co_return total;
  };
  EXPECT_EQ(sync_wait(count()), 1'000'000);
}

/// Counts how many of it are alive.
struct Tracker {
  explicit Tracker(int& alive) : alive_(alive) { ++alive_; }
  Tracker(const Tracker& other) : alive_(other.alive_) { ++alive_; }
  Tracker& operator=(const Tracker&) = delete;
  ~Tracker() { --alive_; }
  int& alive_;
};

TEST(Task, DestroysEachFrameOnceAndBeforeItsResultIsSeen) {
  int alive = 0;
  const auto hold = [](Tracker) -> Task<int> { co_return 1; };
  {
    [[maybe_unused]] auto dropped = hold(Tracker{alive});
  }
  EXPECT_EQ(alive, 0) << "one that never began";
  const auto after_child = [&](Tracker tracker) -> Task<int> {
    const int before = alive;
    co_await hold(tracker);
    co_return alive - before;
  };
  EXPECT_EQ(sync_wait(after_child(Tracker{alive})), 0) << "the child's is gone when co_await ends";
  EXPECT_EQ(alive, 0);
  const auto fails = [](Tracker) -> Task<> { co_await fail(); };
  InlineExecutor here;
  auto future = start(here, fails(Tracker{alive}));
  EXPECT_EQ(alive, 0);
  EXPECT_THROW(future.get(), std::runtime_error);
}

TEST(Task, AwaitsAFutureAndGoesOnOnItsExecutor) {
  ThreadPool pool{1};
  const Promise<int> promise;
  std::promise<void> began;
  const auto wait = [&]() -> Task<std::pair<int, Thread>> {
    auto future = promise.future();
    began.set_value();
    const int value = co_await std::move(future);
    co_return std::pair{value, std::this_thread::get_id()};
  };
  auto result = start(pool, wait());
  began.get_future().wait();
  std::thread{[&] { promise.set_value(3); }}.join();
  EXPECT_EQ(result.get(), (std::pair{3, thread_of(pool)}));
}

TEST(Task, AwaitsAFutureThatIsReadyOrFails) {
  const Promise<int> ready;
  ready.set_value(5);
  const auto wait = [](Future<int> future) -> Task<int> { co_return co_await std::move(future); };
  EXPECT_EQ(sync_wait(wait(ready.future())), 5);
  const Promise<int> failed;
  failed.set_exception(std::make_exception_ptr(Error{"no"}));
  EXPECT_THROW(sync_wait(wait(failed.future())), Error);
}

TEST(Task, ManyWaitOnOneThread) {
  ThreadPool pool{1};
  std::vector<Promise<int>> promises(1000);
  std::vector<Future<int>> results;
  const auto wait = [](Future<int> future) -> Task<int> { co_return co_await std::move(future); };
  for (const auto& promise : promises) results.push_back(start(pool, wait(promise.future())));
  for (const auto& promise : promises) promise.set_value(1);
  int total = 0;
  for (auto& result : results) total += result.get();
  EXPECT_EQ(total, 1000);
}

TEST(ScheduleOn, RunsATaskElsewhereAndComesBack) {
  ThreadPool pool{1};
  std::stop_source stop;
  stop.request_stop();
  const auto visit = [&]() -> Task<bool> {
    const auto home = std::this_thread::get_id();
    const auto away = co_await schedule_on(pool, thread());
    const auto stopped = []() -> Task<bool> { co_return (co_await this_task::stop_token()).stop_requested(); };
    EXPECT_NE(away, home);
    EXPECT_EQ(std::this_thread::get_id(), home);
    EXPECT_THROW(co_await schedule_on(pool, fail()), std::runtime_error);
    co_return co_await schedule_on(pool, stopped());
  };
  EXPECT_TRUE(sync_wait(visit(), stop.get_token())) << "the stop token goes along";
}

TEST(StopToken, IsTheOneGivenAtTheStartForChildrenToo) {
  const auto child = []() -> Task<bool> { co_return (co_await this_task::stop_token()).stop_requested(); };
  const auto parent = [&]() -> Task<bool> { co_return co_await child(); };
  std::stop_source stop;
  EXPECT_FALSE(sync_wait(parent(), stop.get_token()));
  stop.request_stop();
  EXPECT_TRUE(sync_wait(parent(), stop.get_token()));
  EXPECT_FALSE(sync_wait(parent()));
}

}  // namespace
}  // namespace temporal
