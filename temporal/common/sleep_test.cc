#include <temporal/common/sleep.h>

#include <temporal/common/detail/timer.h>
#include <temporal/common/start.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <latch>
#include <vector>

namespace temporal {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

TEST(Sleep, EndsWhenTheTimeIsOver) {
  const auto begin = Clock::now();
  EXPECT_TRUE(sync_wait(sleep_for(20ms)));
  EXPECT_GE(Clock::now() - begin, 20ms);
  EXPECT_TRUE(sync_wait(sleep_for(0s)));
  EXPECT_TRUE(sync_wait(sleep_for(-1s)));
}

TEST(Sleep, EndsAtOnceWhenAStopIsRequested) {
  std::stop_source stop;
  InlineExecutor here;
  auto slept = start(here, sleep_for(Duration::max()), stop.get_token());
  EXPECT_FALSE(slept.wait_for(0s));
  stop.request_stop();
  EXPECT_FALSE(slept.get());
  EXPECT_FALSE(sync_wait(sleep_for(1h), stop.get_token())) << "requested before";
}

TEST(Sleep, OfNothingOrLessIsOverAtOnceAndTheLongestIsNot) {
  for (const Duration duration : {Duration::zero(), Duration{-1}, Duration::min()}) {
    EXPECT_TRUE(sync_wait(sleep_for(duration)));
  }
  std::stop_source stop;
  auto longest = start(default_executor(), sleep_for(Duration::max()), stop.get_token());
  EXPECT_FALSE(longest.wait_for(Duration::zero()));
  stop.request_stop();
  EXPECT_FALSE(longest.get());
}

TEST(Sleep, HoldsNoThread) {
  ThreadPool pool{1};
  const auto begin = Clock::now();
  std::vector<Future<bool>> all;
  all.reserve(500);
  for (int i = 0; i < 500; ++i) all.push_back(start(pool, sleep_for(50ms)));
  for (auto& one : all) EXPECT_TRUE(one.get());
  EXPECT_LT(Clock::now() - begin, 20s) << "one after the other they take 25 s";
}

// One thread calls back: while a first callback waits, the test can take its time.
TEST(Timer, CallsBackInTheOrderOfTheTimes) {
  std::vector<int> order;
  std::latch ready{1};
  std::latch done{2};
  const auto now = Clock::now();
  const auto hold = detail::call_at(now, [&] { ready.wait(); });
  const auto later = detail::call_at(now + 2ms, [&] { order.push_back(2), done.count_down(); });
  const auto sooner = detail::call_at(now + 1ms, [&] { order.push_back(1), done.count_down(); });
  ready.count_down();
  done.wait();
  EXPECT_THAT(order, testing::ElementsAre(1, 2));
}

TEST(Timer, DoesNotCallBackWhatWasTakenBack) {
  std::promise<void> after;
  bool called = false;
  std::latch ready{1};
  const auto now = Clock::now();
  const auto hold = detail::call_at(now, [&] { ready.wait(); });
  {
    const auto taken_back = detail::call_at(now + 1ms, [&] { called = true; });
  }
  const auto last = detail::call_at(now + 2ms, [&] { after.set_value(); });
  ready.count_down();
  after.get_future().wait();
  EXPECT_FALSE(called);
}

}  // namespace
}  // namespace temporal
