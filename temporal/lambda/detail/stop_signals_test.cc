#include <temporal/lambda/detail/stop_signals.h>

#include <gtest/gtest.h>

#include <csignal>
#include <future>

namespace temporal::lambda::detail {
namespace {

void await_stop(const std::stop_token& token) {
  std::promise<void> stopped;
  const std::stop_callback callback{token, [&] { stopped.set_value(); }};
  stopped.get_future().wait();
}

TEST(StopSignals, F12_RequestAStopOnSigterm) {
  const StopSignals signals;
  EXPECT_FALSE(signals.token().stop_requested());
  ::raise(SIGTERM);
  await_stop(signals.token());
}

TEST(StopSignals, A12_RequestAStopOnSigintToo) {
  const StopSignals signals;
  ::raise(SIGINT);
  await_stop(signals.token());
}

TEST(StopSignals, LetGoWithoutASignal) { const StopSignals signals; }

}  // namespace
}  // namespace temporal::lambda::detail
