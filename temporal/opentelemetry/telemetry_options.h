#pragma once

#include <temporal/common/duration.h>

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// \file
/// Where metrics and spans go.

namespace temporal::opentelemetry {

enum class OtlpProtocol {
  grpc,
  http,  ///< protobuf over HTTP; `/v1/metrics` and `/v1/traces` are added to the endpoint
};

/// To an OpenTelemetry Collector, or what speaks like one. See https://opentelemetry.io/docs/specs/otlp/.
struct OtlpOptions {
  std::string endpoint = "http://localhost:4317";  ///< a URL; `https` switches TLS on
  OtlpProtocol protocol = OtlpProtocol::grpc;
  /// Sent with each export; values count as secret. Those of the variable `OTEL_EXPORTER_OTLP_HEADERS` are added, and
  /// win.
  std::map<std::string, std::string> headers = {};
  /// Metrics say what changed since the last export, not since the start. Spans do not care.
  bool delta = false;

  bool operator==(const OtlpOptions&) const = default;
};

/// Served for Prometheus to scrape at `/metrics`: for long-lived workers, a frozen function answers nobody.
struct PrometheusOptions {
  std::string address = "0.0.0.0:9464";
  bool counters_total_suffix = false;  ///< counters end in `_total`
  bool unit_suffix = false;            ///< histograms end in their unit

  bool operator==(const PrometheusOptions&) const = default;
};

/// As lines of CloudWatch's embedded metric format on standard output, which CloudWatch reads out of a function's log
/// without a collector. CloudWatch bills each combination of metric and dimensions.
/// See
/// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html.
struct EmfOptions {
  std::string namespace_ = "Temporal";  ///< CloudWatch's, not Temporal's
  /// The attributes that tell series of one metric apart; the others are fields of the line, for Logs Insights. A dot
  /// in a name is written as an underscore. At most 30.
  std::vector<std::string> dimensions = {"service_name", "task_queue", "workflow_type", "activity_type", "operation"};
  /// Series after so many are counted together, without dimensions.
  unsigned max_series = 100;

  bool operator==(const EmfOptions&) const = default;
};

struct MetricsOptions {
  std::variant<OtlpOptions, PrometheusOptions, EmfOptions> exporter = {};
  Duration period = std::chrono::seconds{10};  ///< between exports, and no matter to Prometheus
  bool durations_as_seconds = false;           ///< milliseconds otherwise

  bool operator==(const MetricsOptions&) const = default;
};

/// What `Telemetry` needs. A value; safe to copy and to compare.
struct TelemetryOptions {
  std::string service_name = "temporal-worker";      ///< the resource's `service.name`
  std::map<std::string, std::string> resource = {};  ///< its other attributes
  std::optional<MetricsOptions> metrics = {};        ///< not chosen: no metrics
  std::optional<OtlpOptions> traces = {};            ///< not chosen: no spans

  bool operator==(const TelemetryOptions&) const = default;
};

/// @throws ConfigurationError that names the field and says what to change.
void validate(const TelemetryOptions& options);

/// Reads what `OTEL_EXPORTER_OTLP_PROTOCOL` has: "grpc" or "http/protobuf". @throws ConfigurationError
/// See https://opentelemetry.io/docs/specs/otel/protocol/exporter/.
[[nodiscard]] OtlpProtocol parse_otlp_protocol(std::string_view text);

}  // namespace temporal::opentelemetry
