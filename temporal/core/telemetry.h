#pragma once

#include <temporal/common/metrics.h>
#include <temporal/core/request.h>
#include <temporal/core/runtime_source.h>

#include <temporal_bridge.pb.h>

#include <chrono>
#include <memory>
#include <string>

/// \file
/// Metrics and spans of a runtime.

namespace temporal::core {

/// Says where the metrics and spans of a runtime go. To be called before anything else uses it. @throws Error
void attach_telemetry(Runtime& runtime, const bridge::v1::TelemetryOptions& options);

/// Hands over a span that has ended; it is exported soon, or with the next flush. Without telemetry it is dropped.
/// @throws Error
void end_span(const Runtime& runtime, const bridge::v1::Span& span);

/// Of the Lambda invocation that runs: metrics that are written to the function's log say it. @throws Error
void set_request_id(const Runtime& runtime, const std::string& id);

/// Exports what there is. The result says whether it was exported within the time.
void flush_telemetry(const Runtime& runtime, std::chrono::milliseconds timeout, Callback done);

/// Makes metrics that are exported with core's own. It keeps the runtime.
Meter meter(std::shared_ptr<Runtime> runtime);

}  // namespace temporal::core
