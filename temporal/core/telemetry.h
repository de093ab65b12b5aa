#pragma once

#include <temporal/common/metrics.h>
#include <temporal/core/request.h>

#include <temporal_bridge.pb.h>

#include <chrono>
#include <functional>
#include <memory>

/// \file
/// Metrics and spans of a runtime.

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
};

/// Says where the metrics and spans of a runtime go. To be called before anything else uses it. @throws Error
void attach_telemetry(Runtime& runtime, const bridge::v1::TelemetryOptions& options);

/// Hands over a span that has ended; it is exported soon, or with the next flush. Without telemetry it is dropped.
/// @throws Error
void end_span(const Runtime& runtime, const bridge::v1::Span& span);

/// Exports what there is. The result says whether it was exported within the time.
void flush_telemetry(const Runtime& runtime, std::chrono::milliseconds timeout, Callback done);

/// Makes metrics that are exported with core's own. It keeps the runtime.
Meter meter(std::shared_ptr<Runtime> runtime);

}  // namespace temporal::core
