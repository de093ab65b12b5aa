#pragma once

#include <temporal/common/duration.h>
#include <temporal/envconfig/environment.h>
#include <temporal/lambda/lambda_worker_config.h>
#include <temporal/opentelemetry/telemetry_options.h>

#include <chrono>
#include <map>
#include <optional>
#include <string>

/// \file
/// Metrics and traces of a Lambda worker, with defaults for the collector of the AWS Distro for OpenTelemetry (ADOT)
/// layer, or for CloudWatch without any collector. To be called from the configure callback:
///
/// ```cpp
/// temporal::lambda::run_worker({.deployment_name = "my-app", .build_id = "build-1"}, [](auto& config) {
///   config.worker_config.task_queue = "orders";
///   temporal::lambda::otel::apply_defaults(config);
/// });
/// ```
///
/// Each adds to what the others, and the callback itself, have chosen. The exporters are made once in a process and
/// used again by warm invocations. What an invocation has measured is exported before it is answered, after the
/// shutdown hooks: see `Options::flush_timeout`. That holds for any `opentelemetry::Telemetry` in
/// `config.client_connect_config.telemetry`, also for one of your own.
///
/// Where nothing is chosen the variables of OpenTelemetry's specification count; one that cannot be followed costs one
/// warning. docs/observability.md has them all. The resource says which function it is (`faas.*`, `cloud.*`) and which
/// environment of it (`service.instance.id`).

namespace temporal::lambda::otel {

struct Options {
  /// Where the collector listens. Not chosen: `OTEL_EXPORTER_OTLP_ENDPOINT`, or else http://localhost:4317, with HTTP
  /// 4318.
  std::optional<std::string> collector_endpoint = {};
  /// Not chosen: `OTEL_EXPORTER_OTLP_PROTOCOL`, "grpc" or "http/protobuf", or else gRPC.
  std::optional<opentelemetry::OtlpProtocol> protocol = {};
  /// Sent with each export; values count as secret. Those of `OTEL_EXPORTER_OTLP_HEADERS` are added, and win.
  std::map<std::string, std::string> headers = {};
  /// Not chosen: `OTEL_SERVICE_NAME`, that of `OTEL_RESOURCE_ATTRIBUTES`, `AWS_LAMBDA_FUNCTION_NAME`, or else
  /// "temporal-lambda-worker".
  std::optional<std::string> service_name = {};
  /// Attributes of the resource, which win over those of `OTEL_RESOURCE_ATTRIBUTES` and of the function.
  std::map<std::string, std::string> resource = {};
  /// Between exports of metrics while an invocation runs. Not chosen: `OTEL_METRIC_EXPORT_INTERVAL`, or else 10 s.
  std::optional<Duration> metric_period = {};
  /// Metrics say what changed since the last export. Not chosen: `OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE`,
  /// or else they say what there was since the environment's start.
  std::optional<bool> delta = {};
  /// Not chosen: what the configuration has by another call, `OTEL_TRACES_SAMPLER` and its `_ARG`, or else every trace
  /// that begins here, and of the others those that their caller records.
  std::optional<opentelemetry::Sampling> sampling = {};
  /// Traces also the runs of workflows whose caller has no span, as those that a schedule starts.
  bool always_create_workflow_spans = false;
  /// How long an invocation waits at most for the export before its answer, and never beyond the time for its hooks. A
  /// collector that takes longer costs this time and one warning; the export goes on in the next invocation. Not
  /// chosen: what the configuration has by another call, or else 2 s.
  std::optional<Duration> flush_timeout = {};
  /// What the environment variables are read from.
  envconfig::Environment environment = envconfig::process_environment();
};

/// Metrics and traces, to the collector over OTLP. @throws ConfigurationError for an endpoint that is no URL.
void apply_defaults(LambdaWorkerConfig& config, const Options& options = {});

/// Metrics alone, to be composed with options of one's own: `Telemetry::shared(build_metrics_telemetry_config(…))` goes
/// into `config.client_connect_config.telemetry`.
[[nodiscard]] opentelemetry::TelemetryOptions build_metrics_telemetry_config(
    const std::string& endpoint = {}, const std::string& service_name = {},
    Duration metric_period = std::chrono::seconds{10});

/// Traces alone: adds one interceptor of client and worker. @throws ConfigurationError
void apply_tracing(LambdaWorkerConfig& config, const Options& options = {});

/// Metrics as lines of CloudWatch's embedded metric format in the function's log: no collector, no layer. Lambda drops
/// them where the function's log format is JSON and its application log level is above INFO: one warning says so.
/// @throws ConfigurationError
void apply_emf(LambdaWorkerConfig& config, opentelemetry::EmfOptions emf = {}, const Options& options = {});

}  // namespace temporal::lambda::otel
