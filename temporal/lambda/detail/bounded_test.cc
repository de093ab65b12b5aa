#include <temporal/lambda/detail/bounded.h>

#include <temporal/lambda/detail/fake_world.h>

#include <gtest/gtest.h>

#include <future>
#include <stdexcept>

namespace temporal::lambda::detail {
namespace {

using namespace std::chrono_literals;

TEST(RunBounded, WaitsForWorkThatEndsInTime) {
  bool done = false;
  const auto clock = std::make_shared<SystemClock>();
  EXPECT_TRUE(run_bounded(clock, clock->now() + 1h, [&] { done = true; }));
  EXPECT_TRUE(done);
}

TEST(RunBounded, HasDestroyedTheWorkWhenItReturns) {
  auto owned = std::make_shared<int>(1);
  const std::weak_ptr<int> watch = owned;
  const auto clock = std::make_shared<SystemClock>();
  EXPECT_TRUE(run_bounded(clock, clock->now() + 1h, [owned = std::move(owned)] {}));
  EXPECT_TRUE(watch.expired());
}

TEST(RunBounded, ThrowsWhatTheWorkThrows) {
  const auto clock = std::make_shared<SystemClock>();
  EXPECT_THROW(run_bounded(clock, clock->now() + 1h, [] { throw std::runtime_error("x"); }), std::runtime_error);
}

TEST(RunBounded, H2_LeavesWorkAloneThatTakesTooLong) {
  const auto clock = std::make_shared<FakeClock>();
  std::promise<void> release;
  const auto ended = std::make_shared<std::promise<void>>();
  const auto until = clock->now() + 5s;
  EXPECT_FALSE(run_bounded(clock, until, [ended, clock, released = release.get_future().share()] {
    clock->advance(5s);
    released.wait();
    ended->set_value();
  }));
  release.set_value();
  ended->get_future().wait();
}

}  // namespace
}  // namespace temporal::lambda::detail
