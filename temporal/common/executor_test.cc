#include <temporal/common/executor.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <vector>

namespace temporal {
namespace {

TEST(ThreadPool, RunsWhatWasPostedBeforeItEnds) {
  std::atomic<int> ran = 0;
  {
    ThreadPool pool{2};
    for (int i = 0; i < 100; ++i) {
      pool.post([&] { pool.post([&] { ++ran; }); });
    }
  }
  EXPECT_EQ(ran, 100);
}

TEST(ThreadPool, OfNoThreadsHasOne) {
  std::latch ran{1};
  ThreadPool pool{0};
  pool.post([&] { ran.count_down(); });
  ran.wait();
}

TEST(ThreadPool, RunsJobsSideBySide) {
  std::latch all_there{3};
  ThreadPool pool{3};
  for (int i = 0; i < 3; ++i) pool.post([&] { all_there.arrive_and_wait(); });
  all_there.wait();
}

TEST(ThreadPool, WithOneThreadKeepsTheOrder) {
  std::vector<int> order;
  {
    ThreadPool serial{1};
    for (int i = 0; i < 5; ++i) serial.post([&order, i] { order.push_back(i); });
  }
  EXPECT_THAT(order, testing::ElementsAre(0, 1, 2, 3, 4));
}

TEST(DefaultExecutor, IsOneForTheProcess) {
  EXPECT_EQ(&default_executor(), &default_executor());
  std::latch ran{1};
  default_executor().post([&] { ran.count_down(); });
  ran.wait();
}

}  // namespace
}  // namespace temporal
