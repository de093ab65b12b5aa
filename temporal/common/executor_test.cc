#include <temporal/common/executor.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <latch>
#include <memory>
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

TEST(ThreadPool, MayBeDestroyedByTheLastOfItsOwnJobs) {
  struct Notice {
    ~Notice() { gone->set_value(); }
    std::promise<void>* gone;
  };
  std::promise<void> let_go;
  std::promise<void> gone;
  std::promise<void> left;
  auto pool = std::make_shared<ThreadPool>(2);
  auto released = let_go.get_future().share();
  pool->post([released, notice = std::make_shared<Notice>(&gone), pool] { released.wait(); });
  pool->post([released] { released.wait(); });
  pool->post([&] { left.set_value(); });
  pool.reset();
  let_go.set_value();
  gone.get_future().wait();
  left.get_future().wait();
}

TEST(DefaultExecutor, IsOneForTheProcess) {
  EXPECT_EQ(&default_executor(), &default_executor());
  std::latch ran{1};
  default_executor().post([&] { ran.count_down(); });
  ran.wait();
}

}  // namespace
}  // namespace temporal
