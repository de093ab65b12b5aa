#include <temporal/lambda/detail/hooks.h>

#include <temporal/core/runtime_source.h>
#include <temporal/lambda/detail/bounded.h>
#include <temporal/lambda/detail/duration_text.h>
#include <temporal/lambda/detail/prepare.h>

#include <algorithm>
#include <system_error>

namespace temporal::lambda::detail {

namespace {

constexpr Duration flush_margin = std::chrono::milliseconds{100};

}  // namespace

std::function<void(Duration)> flush_of(const client::ConnectOptions& options) {
  if (!options.telemetry) return {};
  return [telemetry = options.telemetry](Duration time_left) { telemetry->flush_before_freeze(time_left); };
}

bool clean_up(const std::shared_ptr<Clock>& clock, CleanUp what, SteadyTime until, SteadyTime deadline,
              const Logger& log) {
  if (what.hooks.empty() && !what.scope && !what.flush) return true;
  const auto owned = std::make_shared<CleanUp>(std::move(what));
  const auto time_left = [clock, deadline] { return std::max(Duration{deadline - clock->now()}, Duration::zero()); };
  // It ends before it is given up, so that a collector which hangs costs its time and no more.
  const auto time_to_flush = [clock, until] {
    return std::max(Duration{until - clock->now()} - flush_margin, Duration::zero());
  };
  const auto clean = [owned, time_left, time_to_flush, log] {
    for (std::size_t i = 0; i < owned->hooks.size(); ++i) {
      try {
        owned->hooks[i](time_left());
      } catch (...) {
        log.error("a shutdown hook failed", {{"hook", i + 1}, {"error", to_failure(std::current_exception()).message}});
      }
    }
    owned->scope.reset();
    if (!owned->flush) return;
    try {
      owned->flush(time_to_flush());
    } catch (...) {
      log.warn(to_failure(std::current_exception()).message);
    }
  };
  try {
    if (run_bounded(clock, until, clean)) return true;
    log.error("shutdown hooks took too long and were abandoned: the process ends after the answer");
  } catch (const std::system_error& error) {
    log.error("there is no thread for the shutdown hooks: the process ends after the answer",
              {{"error", error.what()}});
  }
  return false;
}

}  // namespace temporal::lambda::detail
