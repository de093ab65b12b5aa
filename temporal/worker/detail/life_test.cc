#include <temporal/worker/detail/life.h>

#include <gtest/gtest.h>

#include <latch>
#include <memory>
#include <stdexcept>
#include <stop_token>

namespace temporal::worker::detail {
namespace {

using Phase = Life::Phase;

constexpr Life::Clock::time_point past{};
constexpr auto never = Life::Clock::time_point::max();

TEST(Life, IsOverAtOnceWhenItIsToldToEndBeforeItBegins) {
  Life life;
  EXPECT_FALSE(life.told_to_end());
  life.tell_to_end();
  EXPECT_TRUE(life.told_to_end());
  EXPECT_EQ(life.wait_while(Phase::starting, past), Phase::over);
  EXPECT_FALSE(life.begin());
  EXPECT_TRUE(life.has_drained());
}

TEST(Life, BeginsOnce) {
  Life life;
  EXPECT_TRUE(life.begin());
  EXPECT_THROW(life.begin(), std::logic_error);
}

TEST(Life, EachStepIsTakenOnce) {
  Life life;
  EXPECT_TRUE(life.begin());
  EXPECT_FALSE(life.begin_to_drain()) << "it still starts";
  life.begin_to_poll();
  EXPECT_TRUE(life.begin_to_drain());
  EXPECT_FALSE(life.begin_to_drain());
  EXPECT_TRUE(life.begin_to_finish());
  EXPECT_FALSE(life.begin_to_finish());
  life.end(true);
  EXPECT_FALSE(life.abandon()) << "it is over";
}

TEST(Life, FinishesWhenNothingPollsAndWorksAnyMore) {
  Life life;
  std::latch polled{1};
  std::latch worked{1};
  EXPECT_TRUE(life.begin());
  life.spawn_poll([&] { polled.wait(); });
  life.begin_to_poll();
  life.spawn_work([&] { worked.wait(); });
  life.begin_work();
  EXPECT_TRUE(life.begin_to_drain());
  EXPECT_FALSE(life.begin_to_finish());
  polled.count_down();
  EXPECT_TRUE(life.end_poll()) << "the last one";
  EXPECT_FALSE(life.wait_for_drain(past));
  worked.count_down();
  life.end_work();
  EXPECT_TRUE(life.wait_for_drain(never));
  EXPECT_TRUE(life.begin_to_finish());
  life.join();
  life.end(true);
  EXPECT_EQ(life.wait_while(Phase::finishing, never), Phase::over);
}

TEST(Life, ALossEndsTheWaitForWhatDoesNotDrain) {
  Life life;
  EXPECT_TRUE(life.begin());
  life.begin_to_poll();
  life.begin_work();
  EXPECT_TRUE(life.begin_to_drain());
  life.lose();
  life.wait_for_drain_or_loss(never);
  EXPECT_FALSE(life.begin_to_finish());
  EXPECT_TRUE(life.abandon());
  EXPECT_FALSE(life.abandon()) << "another has";
  EXPECT_TRUE(life.wait_for_drain(never)) << "nobody waits for what is abandoned";
}

TEST(Life, TheFirstFailureEndsItsWait) {
  Life life;
  life.fail(std::make_exception_ptr(std::runtime_error{"first"}));
  life.fail(std::make_exception_ptr(std::runtime_error{"second"}));
  try {
    std::rethrow_exception(life.wait_for_end(never, std::stop_token{}));
  } catch (const std::runtime_error& error) {
    EXPECT_STREQ(error.what(), "first");
  }
}

TEST(Life, DoesNotWaitForAThreadThatAnotherHasReplaced) {
  struct Shared {
    Life life;
    std::latch stuck{1};
    std::latch replaced{1};
    std::latch yielded{1};
    std::thread::id first;
  };
  const auto shared = std::make_shared<Shared>();
  shared->life.spawn_poll([shared] {
    shared->first = std::this_thread::get_id();
    shared->stuck.count_down();
    shared->replaced.wait();
    shared->yielded.count_down();
  });
  shared->stuck.wait();
  bool polls = false;
  shared->life.spawn_poll_instead_of(shared->first, [&polls] { polls = true; });
  shared->life.join();
  EXPECT_TRUE(polls);
  shared->replaced.count_down();
  shared->yielded.wait();
}

}  // namespace
}  // namespace temporal::worker::detail
