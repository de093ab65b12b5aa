#pragma once

#include <temporal/common/duration.h>
#include <temporal/common/metrics.h>
#include <temporal/core/telemetry.h>
#include <temporal/opentelemetry/span_context.h>
#include <temporal/opentelemetry/telemetry_options.h>

#include <array>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

/// \file
/// Metrics and spans of this process.
///
/// ```cpp
/// auto telemetry = opentelemetry::Telemetry::shared({.service_name = "shop", .metrics =
/// opentelemetry::MetricsOptions{}}); auto client = client::Client::connect({.telemetry = telemetry});
/// ```

namespace temporal::opentelemetry {

/// The exporters of a process, and the runtime whose metrics they export: that of the clients which have it in their
/// `ConnectOptions`, and of the workers on these. Thread-safe. Exporters end with the last user: as long as a client
/// lives, so do they.
class Telemetry final : public core::RuntimeSource {
 public:
  /// One object for equal options in this process, as long as somebody has it: warm invocations find their exporters
  /// again, by way of the connection that is kept for them. Options that change make new exporters, and end the old.
  /// @throws ConfigurationError for options that cannot work.
  static std::shared_ptr<Telemetry> shared(const TelemetryOptions& options);
  explicit Telemetry(TelemetryOptions options);

  [[nodiscard]] const TelemetryOptions& options() const noexcept { return options_; }

  /// Makes metrics that are no workflow's and no activity's. One that is asked for before the first connection makes
  /// the runtime, whose warnings go to the workers that live.
  Meter meter();

  /// Exports what there is and waits for it, no longer than `timeout`: metrics and spans side by side. When it takes
  /// longer the export goes on. Metrics that could not be exported are in the next export, unless they are deltas.
  /// Spans are kept until the collector takes them or refuses them, the newest 2,048.
  /// @throws ConnectionError when it could not be exported in time, and when spans were lost since it was last called.
  void flush(Duration timeout) const;
  void flush_before_freeze(Duration time_left) const override;

  /// Of the Lambda invocation that runs: the lines of `EmfOptions` say it.
  void set_request_id(const std::string& id);

  /// Whether a span is recorded that belongs to this trace.
  [[nodiscard]] bool samples(const std::array<std::uint8_t, 16>& trace_id,
                             const std::optional<SpanContext>& parent) const noexcept;

  /// Hands over a span that has ended.
  void end(const bridge::v1::Span& span) const noexcept;

  std::shared_ptr<core::Runtime> runtime(const std::function<std::shared_ptr<core::Runtime>()>& create) override;

 private:
  [[nodiscard]] std::shared_ptr<core::Runtime> current() const;

  TelemetryOptions options_;
  mutable std::mutex mutex_;
  std::shared_ptr<core::Runtime> runtime_;
  std::string request_id_;
};

}  // namespace temporal::opentelemetry
