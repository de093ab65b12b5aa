#include <temporal/common/detail/job_queue.h>

#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <thread>
#include <vector>

using temporal::detail::JobQueue;

TEST(JobQueue, AsksForAThreadOnlyWhileAllAreBusyAndTheLimitIsNotReached) {
  JobQueue queue{2};
  EXPECT_TRUE(queue.submit([] {}));
  EXPECT_TRUE(queue.submit([] {}));
  EXPECT_FALSE(queue.submit([] {}));
}

TEST(JobQueue, AsksForNoThreadWhereItsOwnerHasThemAll) {
  JobQueue queue{2, 2};
  int done = 0;
  EXPECT_FALSE(queue.submit([&] { ++done; }));
  EXPECT_FALSE(queue.submit([&] { ++done; }));
  EXPECT_TRUE(queue.run_one());
  EXPECT_EQ(done, 1);
  queue.close();
  EXPECT_TRUE(queue.run_one());
  EXPECT_FALSE(queue.run_one());
  EXPECT_EQ(done, 2);
}

TEST(JobQueue, RunsEveryJobBeforeItEnds) {
  JobQueue queue{4};
  std::atomic<int> done = 0;
  std::vector<std::jthread> threads;
  for (int i = 0; i < 100; ++i) {
    if (queue.submit([&] { ++done; })) threads.emplace_back([&] { queue.work(); });
  }
  queue.close();
  threads.clear();
  EXPECT_EQ(done, 100);
}

TEST(JobQueue, RunsJobsSideBySide) {
  JobQueue queue{2};
  std::latch both{2};
  std::vector<std::jthread> threads;
  for (int i = 0; i < 2; ++i) {
    if (queue.submit([&] { both.arrive_and_wait(); })) threads.emplace_back([&] { queue.work(); });
  }
  queue.close();
}

TEST(JobQueue, AsksForAThreadForAJobThatComesAfterTheEnd) {
  JobQueue queue{1};
  EXPECT_TRUE(queue.submit([] {}));
  queue.close();
  queue.work();
  bool done = false;
  EXPECT_TRUE(queue.submit([&] { done = true; }));
  queue.work();
  EXPECT_TRUE(done);
}

TEST(JobQueue, GivesAJobBackForWhichThereIsNoThread) {
  JobQueue queue{2};
  bool done = false;
  EXPECT_TRUE(queue.submit([&] { done = true; }));
  const auto second = queue.submit([] { FAIL() << "taken back"; });
  EXPECT_TRUE(queue.take_back(second));
  EXPECT_TRUE(queue.submit([] {})) << "the thread that is not there does not count";
  queue.close();
  queue.work();
  EXPECT_TRUE(done);
}

TEST(JobQueue, DoesNotGiveBackAJobThatAnotherThreadHasBegun) {
  JobQueue queue{2};
  EXPECT_TRUE(queue.submit([] {}));
  const auto second = queue.submit([] {});
  queue.close();
  queue.work();
  EXPECT_FALSE(queue.take_back(second));
}
