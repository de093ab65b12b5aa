#include <temporal/core/detail/boundary.h>
#include <temporal/core/runtime.h>
#include <temporal/core/telemetry.h>

#include <string>
#include <utility>

namespace temporal::core {

void attach_telemetry(Runtime& runtime, const bridge::v1::TelemetryOptions& options) {
  const auto bytes = options.SerializeAsString();
  detail::call_now([&](TemporalBytes* error) {
    return temporal_runtime_attach_telemetry(runtime.handle(), detail::bytes(bytes), bytes.size(), error);
  });
}

void end_span(const Runtime& runtime, const bridge::v1::Span& span) {
  const auto bytes = span.SerializeAsString();
  detail::call_now([&](TemporalBytes* error) {
    return temporal_runtime_end_span(runtime.handle(), detail::bytes(bytes), bytes.size(), error);
  });
}

void set_request_id(const Runtime& runtime, const std::string& id) {
  detail::call_now([&](TemporalBytes* error) {
    return temporal_runtime_set_request_id(runtime.handle(), detail::bytes(id), id.size(), error);
  });
}

void flush_telemetry(const Runtime& runtime, std::chrono::milliseconds timeout, Callback done) {
  temporal_runtime_flush_telemetry(runtime.handle(), static_cast<std::uint64_t>(timeout.count()), detail::on_answer,
                                   detail::keep(std::move(done)));
}

}  // namespace temporal::core
