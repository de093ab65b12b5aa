#pragma once

#include <temporal/common/duration.h>
#include <temporal/common/metrics.h>
#include <temporal/core/telemetry.h>
#include <temporal/opentelemetry/telemetry_options.h>

#include <memory>
#include <mutex>

/// \file
/// Metrics and spans of this process.
///
/// ```cpp
/// auto telemetry = opentelemetry::Telemetry::shared({.service_name = "shop", .metrics =
/// opentelemetry::MetricsOptions{}}); auto client = client::Client::connect({.telemetry = telemetry});
/// ```

namespace temporal::opentelemetry {

/// The exporters of a process, and the runtime whose metrics they export: that of the clients which have it in their
/// `ConnectOptions`, and of the workers on these. Thread-safe. Exporters end with the last user.
class Telemetry final : public core::RuntimeSource {
 public:
  /// One object for equal options in this process, so that warm invocations find their exporters again.
  /// @throws ConfigurationError for options that cannot work.
  static std::shared_ptr<Telemetry> shared(const TelemetryOptions& options);
  explicit Telemetry(TelemetryOptions options);

  [[nodiscard]] const TelemetryOptions& options() const noexcept { return options_; }

  /// Makes metrics that are no workflow's and no activity's. One that is asked for before the first connection makes
  /// the runtime.
  Meter meter();

  /// Exports what there is and waits for it, no longer than `timeout`. Nothing is lost when it takes longer: the export
  /// goes on, or the next one has it.
  /// @throws ConnectionError when it could not be exported in time.
  void flush(Duration timeout) const;

  /// Hands over a span that has ended.
  void end(const bridge::v1::Span& span) const noexcept;

  std::shared_ptr<core::Runtime> runtime(const std::function<std::shared_ptr<core::Runtime>()>& create) override;

 private:
  [[nodiscard]] std::shared_ptr<core::Runtime> current() const;

  TelemetryOptions options_;
  mutable std::mutex mutex_;
  std::shared_ptr<core::Runtime> runtime_;
};

}  // namespace temporal::opentelemetry
