#pragma once

#include <temporal/common/log.h>
#include <temporal/lambda/configure.h>
#include <temporal/lambda/detail/clock.h>
#include <temporal/lambda/detail/deadline.h>

#include <functional>
#include <memory>
#include <vector>

namespace temporal::lambda::detail {

/// What remains to be done when the worker has stopped.
struct CleanUp {
  std::vector<ShutdownHook> hooks = {};
  Scope scope = {};
  /// Exports what was measured, the hooks and the scope's end included.
  std::function<void(Duration time_left)> flush = {};
};

/// For `CleanUp::flush`; nothing where there is no telemetry.
std::function<void(Duration time_left)> flush_of(const client::ConnectOptions& options);

/// Runs the hooks in order, destroys the scope object and flushes; what throws is logged and the rest still runs. Waits
/// until `until`; the hooks are told how much is left before `deadline`.
/// @return false when something still runs. It owns all it touches, and the process has to exit soon.
bool clean_up(const std::shared_ptr<Clock>& clock, CleanUp what, SteadyTime until, SteadyTime deadline,
              const Logger& log);

}  // namespace temporal::lambda::detail
