#include <temporal/worker/detail/watchdog.h>

#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <new>
#include <thread>

using namespace std::chrono_literals;
using temporal::worker::detail::Watchdog;

namespace {

/// A watchdog with its thread.
class Guarded {
 public:
  explicit Guarded(Watchdog::Clock::duration limit) : watchdog_(limit), thread_([this] { watchdog_.run(); }) {}
  Guarded(const Guarded&) = delete;
  Guarded& operator=(const Guarded&) = delete;
  ~Guarded() {
    watchdog_.stop();
    thread_.join();
  }
  Watchdog* operator->() { return &watchdog_; }

 private:
  Watchdog watchdog_;
  std::thread thread_;
};

}  // namespace

TEST(Watchdog, WorkThatEndsInTimeIsNotGivenUp) {
  Guarded watchdog{1h};
  EXPECT_TRUE(watchdog->watch([] {}, [] { FAIL() << "given up"; }));
}

TEST(Watchdog, WorkThatTakesTooLongIsGivenUpWhileItGoesOn) {
  Guarded watchdog{1ms};
  std::latch given_up{1};
  const auto began = Watchdog::Clock::now();
  EXPECT_FALSE(watchdog->watch([&] { given_up.wait(); }, [&] { given_up.count_down(); }));
  EXPECT_GE(Watchdog::Clock::now() - began, 1ms);
}

TEST(Watchdog, OthersAreWatchedWhileOneIsStuck) {
  Guarded watchdog{1ms};
  std::latch first_given_up{1};
  std::latch release{1};
  std::thread stuck{
      [&] { EXPECT_FALSE(watchdog->watch([&] { release.wait(); }, [&] { first_given_up.count_down(); })); }};
  first_given_up.wait();
  std::latch second_given_up{1};
  EXPECT_FALSE(watchdog->watch([&] { second_given_up.wait(); }, [&] { second_given_up.count_down(); }));
  release.count_down();
  stuck.join();
}

TEST(Watchdog, GivesUpOnceEvenWhenTheWorkEndsAtThatMoment) {
  Guarded watchdog{100us};
  for (int i = 0; i < 200; ++i) {
    int given_up = 0;
    const bool in_time = watchdog->watch([] { std::this_thread::yield(); }, [&] { ++given_up; });
    EXPECT_EQ(given_up, in_time ? 0 : 1);
  }
}

TEST(Watchdog, WorkThatThrowsIsWatchedNoMore) {
  Guarded watchdog{1ms};
  std::atomic<bool> thrown = false;
  const auto give_up = [&] { EXPECT_FALSE(thrown); };
  EXPECT_THROW((void)watchdog->watch([] { throw std::bad_alloc{}; }, give_up), std::bad_alloc);
  thrown = true;
  std::latch next{1};  // the watchdog has come by once it gives this one up
  EXPECT_FALSE(watchdog->watch([&] { next.wait(); }, [&] { next.count_down(); }));
}
