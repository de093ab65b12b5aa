#pragma once

#include <temporal/common/duration.h>

#include <functional>
#include <memory>

/// \file
/// Whoever gives connections their runtime.

namespace temporal::core {

class Runtime;

/// Gives the runtime of the connections that use it. `opentelemetry::Telemetry` is one; who links none of it carries
/// none of it. Thread-safe.
class RuntimeSource {
 public:
  RuntimeSource() = default;
  RuntimeSource(const RuntimeSource&) = delete;
  RuntimeSource& operator=(const RuntimeSource&) = delete;
  virtual ~RuntimeSource() = default;

  /// The first time it is what `create` gives, with telemetry attached; from then on it is the same one.
  virtual std::shared_ptr<Runtime> runtime(const std::function<std::shared_ptr<Runtime>()>& create) = 0;

  /// Exports what there is before the process stands still, as Lambda's do between invocations. @throws
  /// ConnectionError when that did not work.
  virtual void flush_before_freeze(Duration time_left) const = 0;
};

}  // namespace temporal::core
