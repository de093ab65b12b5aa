#include <temporal/lambda/otel.h>

#include <temporal/opentelemetry/telemetry.h>
#include <temporal/opentelemetry/tracing_interceptor.h>

#include <algorithm>
#include <memory>
#include <utility>

namespace temporal::lambda::otel {
namespace {

using opentelemetry::EmfOptions;
using opentelemetry::MetricsOptions;
using opentelemetry::OtlpOptions;
using opentelemetry::OtlpProtocol;
using opentelemetry::parse_otlp_protocol;
using opentelemetry::parse_xray_header;
using opentelemetry::Telemetry;
using opentelemetry::TelemetryOptions;
using opentelemetry::TracingInterceptor;

constexpr const char* default_endpoint = "http://localhost:4317";
constexpr const char* default_http_endpoint = "http://localhost:4318";
constexpr const char* default_service_name = "temporal-lambda-worker";

/// The first that is chosen and not empty.
std::string choose(const std::optional<std::string>& chosen, const Options& options,
                   std::initializer_list<const char*> variables, const char* otherwise) {
  if (chosen && !chosen->empty()) return *chosen;
  for (const auto* name : variables) {
    if (const auto value = envconfig::variable(options.environment, name)) return *value;
  }
  return otherwise;
}

OtlpOptions collector(const Options& options) {
  OtlpOptions otlp{.headers = options.headers};
  if (options.protocol) {
    otlp.protocol = *options.protocol;
  } else if (const auto named = envconfig::variable(options.environment, "OTEL_EXPORTER_OTLP_PROTOCOL")) {
    otlp.protocol = parse_otlp_protocol(*named);
  }
  otlp.endpoint = choose(options.collector_endpoint, options, {"OTEL_EXPORTER_OTLP_ENDPOINT"},
                         otlp.protocol == OtlpProtocol::http ? default_http_endpoint : default_endpoint);
  return otlp;
}

std::shared_ptr<Telemetry> telemetry_of(const LambdaWorkerConfig& config) {
  return std::dynamic_pointer_cast<Telemetry>(config.client_connect_config.telemetry);
}

/// What the configuration has so far, or the beginning of it.
TelemetryOptions chosen_so_far(const LambdaWorkerConfig& config, const Options& options) {
  if (const auto telemetry = telemetry_of(config)) return telemetry->options();
  return {.service_name = choose(options.service_name, options, {"OTEL_SERVICE_NAME", "AWS_LAMBDA_FUNCTION_NAME"},
                                 default_service_name)};
}

template <class Interceptor>
void remove_tracing(std::vector<std::shared_ptr<Interceptor>>& interceptors) {
  std::erase_if(interceptors, [](const auto& one) { return std::dynamic_pointer_cast<TracingInterceptor>(one); });
}

/// The spans go where the metrics go, whichever of them was chosen first: both have one runtime.
void trace(LambdaWorkerConfig& config, const std::shared_ptr<Telemetry>& telemetry) {
  const auto tracing = TracingInterceptor::shared(telemetry);
  remove_tracing(config.client_connect_config.interceptors);
  remove_tracing(config.worker_config.interceptors);
  config.client_connect_config.interceptors.insert(config.client_connect_config.interceptors.begin(), tracing);
  config.worker_config.interceptors.insert(config.worker_config.interceptors.begin(), tracing);
  config.invocation_hooks.emplace_back(
      [tracing](const Invocation& invocation) { tracing->set_invocation(parse_xray_header(invocation.trace_id)); });
}

void apply(LambdaWorkerConfig& config, const TelemetryOptions& chosen, const Options& options) {
  const auto telemetry = Telemetry::shared(chosen);
  config.client_connect_config.telemetry = telemetry;
  if (chosen.traces) trace(config, telemetry);
  config.shutdown_hooks.emplace_back(
      [telemetry, most = options.flush_timeout](Duration time_left) { telemetry->flush(std::min(most, time_left)); });
}

}  // namespace

TelemetryOptions build_metrics_telemetry_config(const std::string& endpoint, const std::string& service_name,
                                                Duration metric_period) {
  return {.service_name = service_name.empty() ? default_service_name : service_name,
          .metrics = MetricsOptions{.exporter = OtlpOptions{.endpoint = endpoint.empty() ? default_endpoint : endpoint},
                                    .period = metric_period}};
}

void apply_defaults(LambdaWorkerConfig& config, const Options& options) {
  auto chosen = chosen_so_far(config, options);
  chosen.metrics = MetricsOptions{.exporter = collector(options), .period = options.metric_period};
  chosen.traces = collector(options);
  apply(config, chosen, options);
}

void apply_tracing(LambdaWorkerConfig& config, const Options& options) {
  auto chosen = chosen_so_far(config, options);
  chosen.traces = collector(options);
  apply(config, chosen, options);
}

void apply_emf(LambdaWorkerConfig& config, EmfOptions emf, const Options& options) {
  auto chosen = chosen_so_far(config, options);
  chosen.metrics = MetricsOptions{.exporter = std::move(emf), .period = options.metric_period};
  apply(config, chosen, options);
}

}  // namespace temporal::lambda::otel
