#include <temporal/common/future.h>

#include <temporal/common/executor.h>
#include <temporal/common/start.h>

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <thread>

namespace temporal::detail {
namespace {

using namespace std::chrono_literals;

TEST(Future, HandsOverAResultFromAnotherThread) {
  const Promise<std::unique_ptr<int>> promise;
  auto future = promise.future();
  EXPECT_FALSE(future.wait_for(0s));
  std::thread deliver{[&promise] { promise.set_value(std::make_unique<int>(7)); }};
  EXPECT_EQ(*future.get(), 7);
  deliver.join();
  EXPECT_TRUE(future.wait_for(0s));
}

TEST(Future, IsWaitedForAnyLengthOfTime) {
  const detail::Promise<int> promise;
  auto future = promise.future();
  for (const Duration duration : {Duration::zero(), Duration{-1}, Duration::min()}) {
    EXPECT_FALSE(future.wait_for(duration));
  }
  std::thread waits{[&] { EXPECT_TRUE(future.wait_for(Duration::max())); }};
  promise.set_value(7);
  waits.join();
}

TEST(Future, ThrowsWhatTheCallFailedWith) {
  const Promise<void> promise;
  auto future = promise.future();
  promise.set_exception(std::make_exception_ptr(Error("no")));
  EXPECT_THROW(future.get(), Error);
}

TEST(Future, KeepsTheFirstOutcome) {
  const Promise<int> promise;
  auto future = promise.future();
  promise.set_value(1);
  promise.set_value(2);
  EXPECT_EQ(future.get(), 1);
}

TEST(Future, GivesItsResultOnce) {
  const Promise<int> promise;
  auto future = promise.future();
  promise.set_value(1);
  EXPECT_EQ(future.get(), 1);
  EXPECT_THROW(future.get(), std::logic_error);
}

TEST(Future, FailsWhenItsPromiseIsAbandoned) {
  std::optional<Promise<int>> promise{std::in_place};
  auto future = promise->future();
  promise.reset();
  EXPECT_THROW(future.get(), Error);
}

TEST(Future, RunsItsOutcomeOnTheThreadThatAsks) {
  const Promise<std::thread::id> promise;
  auto future = promise.future();
  std::thread deliver{[&promise] { promise.settle([] { return std::this_thread::get_id(); }); }};
  deliver.join();
  EXPECT_EQ(future.get(), std::this_thread::get_id());
}

TEST(Future, CallsBackWhetherReadyOrNot) {
  FutureState<int> state;
  int calls = 0;
  state.when_ready([&] { ++calls; });
  EXPECT_EQ(calls, 0);
  state.settle([] { return 1; });
  EXPECT_EQ(calls, 1);
  state.when_ready([&] { ++calls; });
  EXPECT_EQ(calls, 2);
}

TEST(Future, ThatIsDroppedWithoutAResultIsAbandoned) {
  int told = 0;
  const Promise<int> promise;
  promise.when_abandoned([&] { ++told; });
  {
    auto future = promise.future();
    auto moved = std::move(future);
    EXPECT_FALSE(moved.wait_for(Duration::zero()));
    EXPECT_EQ(told, 0);
  }
  EXPECT_EQ(told, 1);
  promise.when_abandoned([&] { ++told; });
  EXPECT_EQ(told, 2) << "at once, where it is so already";
  promise.set_value(1);
}

TEST(Future, ThatTakesThePlaceOfAnotherAbandonsIt) {
  int told = 0;
  const Promise<int> first;
  first.when_abandoned([&] { ++told; });
  const Promise<int> second;
  auto future = first.future();
  future = second.future();
  EXPECT_EQ(told, 1);
  second.set_value(2);
  EXPECT_EQ(future.get(), 2);
}

TEST(Future, ThatHasAResultIsNotAbandoned) {
  const auto owned = std::make_shared<int>();
  const Promise<int> promise;
  {
    auto future = promise.future();
    promise.when_abandoned([owned] { FAIL(); });
    promise.set_value(1);
    EXPECT_EQ(owned.use_count(), 1) << "what the callback owned is gone";
  }
  promise.when_abandoned([] { FAIL(); });
}

TEST(Future, ThatATaskAwaitsIsNotAbandoned) {
  int told = 0;
  const Promise<int> promise;
  promise.when_abandoned([&] { ++told; });
  ThreadPool pool{1};
  auto task =
      start(pool, [](Future<int> future) -> Task<int> { co_return co_await std::move(future); }(promise.future()));
  promise.set_value(3);
  EXPECT_EQ(task.get(), 3);
  EXPECT_EQ(told, 0);
}

}  // namespace
}  // namespace temporal::detail
