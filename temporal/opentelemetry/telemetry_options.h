#pragma once

#include <temporal/common/duration.h>

#include <chrono>
#include <map>
#include <optional>
#include <string>
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
  bool whole_url = false;  ///< with HTTP, nothing is added to the endpoint
  /// Sent with each export; values count as secret. Those of the variable `OTEL_EXPORTER_OTLP_HEADERS` are added, and
  /// win.
  std::map<std::string, std::string> headers = {};
  /// Metrics say what changed since the last export, not since the start: one that fails is lost, where otherwise the
  /// next one has it. Spans do not care.
  bool delta = false;
  bool gzip = false;                           ///< compressed; that of `OTEL_EXPORTER_OTLP_COMPRESSION` counts, too
  Duration timeout = std::chrono::seconds{5};  ///< of one export

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
/// without a collector. CloudWatch bills each combination of a metric and its dimensions as a custom metric, in 2026
/// with up to $0.30 a month.
/// See
/// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html.
struct EmfOptions {
  std::string namespace_ = "Temporal";  ///< CloudWatch's, not Temporal's
  /// The attributes that tell series of one metric apart; the others are fields of the line, for Logs Insights. Of the
  /// resource only these are written. A dot in a name is written as an underscore. At most 30.
  std::vector<std::string> dimensions = {"service_name", "task_queue",  "workflow_type", "activity_type",
                                         "operation",    "worker_type", "poller_type"};
  /// Combinations of a metric and its dimensions that this process makes; what comes after so many is counted without
  /// dimensions. Each process counts for itself: where all do the same work, all make the same.
  unsigned max_metrics = 200;

  bool operator==(const EmfOptions&) const = default;
};

struct MetricsOptions {
  std::variant<OtlpOptions, PrometheusOptions, EmfOptions> exporter = {};
  Duration period = std::chrono::seconds{10};  ///< between exports, and no matter to Prometheus
  bool durations_as_seconds = false;           ///< milliseconds otherwise

  bool operator==(const MetricsOptions&) const = default;
};

/// Which spans are recorded. See https://opentelemetry.io/docs/specs/otel/trace/sdk/#sampling.
struct Sampling {
  /// Of the traces that begin here, from 0 to 1. The trace's id decides, so that all processes decide the same.
  double ratio = 1;
  /// A span is recorded if its parent is, whoever began the trace. Otherwise the ratio decides for those, too.
  bool parent_based = true;

  bool operator==(const Sampling&) const = default;
};

/// What `Telemetry` needs. A value; safe to copy and to compare.
struct TelemetryOptions {
  std::string service_name = "temporal-worker";      ///< the resource's `service.name`
  std::map<std::string, std::string> resource = {};  ///< its other attributes
  std::optional<MetricsOptions> metrics = {};        ///< not chosen: no metrics
  std::optional<OtlpOptions> traces = {};            ///< not chosen: no spans
  Sampling sampling = {};
  /// The runs of workflows whose caller has no span begin traces of their own. Otherwise they have no spans, as with
  /// Python's option of this name.
  bool always_create_workflow_spans = false;
  /// How long the answer of a Lambda function waits at most for the last export, and never beyond the time for its
  /// hooks.
  Duration flush_timeout = std::chrono::seconds{2};

  bool operator==(const TelemetryOptions&) const = default;
};

/// @throws ConfigurationError that names the field and says what to change.
void validate(const TelemetryOptions& options);

}  // namespace temporal::opentelemetry
