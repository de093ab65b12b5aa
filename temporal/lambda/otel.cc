#include <temporal/lambda/otel.h>

#include <temporal/lambda/detail/log_settings.h>
#include <temporal/lambda/detail/otel_variables.h>
#include <temporal/opentelemetry/telemetry.h>
#include <temporal/opentelemetry/tracing_interceptor.h>

#include <algorithm>
#include <initializer_list>
#include <memory>
#include <mutex>
#include <set>
#include <string_view>
#include <utility>

namespace temporal::lambda::otel {
namespace {

using detail::OtelSignal;
using detail::OtelVariables;
using opentelemetry::EmfOptions;
using opentelemetry::MetricsOptions;
using opentelemetry::OtlpOptions;
using opentelemetry::OtlpProtocol;
using opentelemetry::parse_xray_header;
using opentelemetry::Telemetry;
using opentelemetry::TelemetryOptions;
using opentelemetry::TracingInterceptor;

constexpr const char* default_endpoint = "http://localhost:4317";
constexpr const char* default_http_endpoint = "http://localhost:4318";
constexpr const char* default_service_name = "temporal-lambda-worker";
constexpr Duration default_metric_period = std::chrono::seconds{10};

void warn_once(const Options& options, const std::string& text) {
  static auto& mutex = *new std::mutex;
  static auto& said = *new std::set<std::string>;
  const std::scoped_lock lock{mutex};
  if (!said.insert(text).second) return;
  const auto log = Logger::to_stderr(detail::log_options(options.environment));
  detail::environment_logger(log, options.environment).warn(text);
}

OtelVariables read(const Options& options) {
  auto variables = detail::read_otel_variables(options.environment);
  for (const auto& warning : variables.warnings) warn_once(options, warning);
  return variables;
}

bool is_chosen(const std::optional<std::string>& text) { return text && !text->empty(); }

/// The first that is chosen.
std::string choose(std::initializer_list<std::optional<std::string>> chosen) {
  const auto* const first = std::ranges::find_if(chosen, is_chosen);
  return first != chosen.end() ? **first : std::string{};
}

OtlpOptions collector(const Options& options, const OtelVariables& variables, const OtelSignal& signal) {
  OtlpOptions otlp{.protocol = options.protocol.value_or(signal.protocol.value_or(OtlpProtocol::grpc)),
                   .headers = options.headers,
                   .delta = options.delta.value_or(variables.delta.value_or(false)),
                   .gzip = signal.gzip};
  if (signal.timeout) otlp.timeout = *signal.timeout;
  otlp.endpoint = choose({options.collector_endpoint, signal.endpoint,
                          otlp.protocol == OtlpProtocol::http ? default_http_endpoint : default_endpoint});
  otlp.whole_url = signal.whole_url && !is_chosen(options.collector_endpoint);
  return otlp;
}

/// Which function it is, and which of its environments: they count for themselves, and what they export must not look
/// like one. See https://opentelemetry.io/docs/specs/semconv/resource/faas/.
std::map<std::string, std::string> resource(const Options& options, const OtelVariables& variables) {
  auto resource = options.resource;
  resource.insert(variables.resource.begin(), variables.resource.end());
  const auto add = [&](const char* key, const char* variable) {
    if (const auto value = envconfig::variable(options.environment, variable)) resource.emplace(key, *value);
  };
  add("faas.name", "AWS_LAMBDA_FUNCTION_NAME");
  add("faas.version", "AWS_LAMBDA_FUNCTION_VERSION");
  add("faas.instance", "AWS_LAMBDA_LOG_STREAM_NAME");
  add("service.instance.id", "AWS_LAMBDA_LOG_STREAM_NAME");
  add("cloud.region", "AWS_REGION");
  if (envconfig::variable(options.environment, "AWS_LAMBDA_FUNCTION_NAME")) {
    resource.emplace("cloud.provider", "aws");
    resource.emplace("cloud.platform", "aws_lambda");
  }
  return resource;
}

std::shared_ptr<Telemetry> telemetry_of(const LambdaWorkerConfig& config) {
  return std::dynamic_pointer_cast<Telemetry>(config.client_connect_config.telemetry);
}

/// What the configuration has so far, or the beginning of it, with what is the same for all signals.
TelemetryOptions chosen_so_far(const LambdaWorkerConfig& config, const Options& options,
                               const OtelVariables& variables) {
  TelemetryOptions chosen;
  if (const auto telemetry = telemetry_of(config)) {
    chosen = telemetry->options();
  } else {
    chosen.service_name =
        choose({options.service_name, variables.service_name,
                envconfig::variable(options.environment, "AWS_LAMBDA_FUNCTION_NAME"), default_service_name});
    if (variables.sampling) chosen.sampling = *variables.sampling;
  }
  chosen.resource.merge(resource(options, variables));
  if (options.flush_timeout) chosen.flush_timeout = *options.flush_timeout;
  if (options.sampling) chosen.sampling = *options.sampling;
  chosen.always_create_workflow_spans |= options.always_create_workflow_spans;
  return chosen;
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

void apply(LambdaWorkerConfig& config, const TelemetryOptions& chosen) {
  const auto telemetry = Telemetry::shared(chosen);
  config.client_connect_config.telemetry = telemetry;
  config.invocation_hooks.emplace_back([current = std::weak_ptr{telemetry}](const Invocation& invocation) {
    if (const auto telemetry = current.lock()) telemetry->set_request_id(invocation.request_id);
  });
  if (chosen.traces) trace(config, telemetry);
}

bool drops_info(const envconfig::Environment& environment) {
  const auto level = parse_log_level(envconfig::variable(environment, "AWS_LAMBDA_LOG_LEVEL").value_or(""));
  return envconfig::variable(environment, "AWS_LAMBDA_LOG_FORMAT") == "JSON" && level > LogLevel::info;
}

}  // namespace

TelemetryOptions build_metrics_telemetry_config(const std::string& endpoint, const std::string& service_name,
                                                Duration metric_period) {
  return {.service_name = service_name.empty() ? default_service_name : service_name,
          .metrics = MetricsOptions{.exporter = OtlpOptions{.endpoint = endpoint.empty() ? default_endpoint : endpoint},
                                    .period = metric_period}};
}

void apply_defaults(LambdaWorkerConfig& config, const Options& options) {
  const auto variables = read(options);
  if (variables.is_disabled) return;
  auto chosen = chosen_so_far(config, options, variables);
  const auto period = options.metric_period ? options.metric_period : variables.metric_period;
  if (variables.metrics.is_exported) {
    chosen.metrics = MetricsOptions{.exporter = collector(options, variables, variables.metrics),
                                    .period = period.value_or(default_metric_period)};
  }
  if (variables.traces.is_exported) chosen.traces = collector(options, variables, variables.traces);
  apply(config, chosen);
}

void apply_tracing(LambdaWorkerConfig& config, const Options& options) {
  const auto variables = read(options);
  if (variables.is_disabled || !variables.traces.is_exported) return;
  auto chosen = chosen_so_far(config, options, variables);
  chosen.traces = collector(options, variables, variables.traces);
  apply(config, chosen);
}

void apply_emf(LambdaWorkerConfig& config, EmfOptions emf, const Options& options) {
  const auto variables = read(options);
  if (variables.is_disabled || !variables.metrics.is_exported) return;
  if (drops_info(options.environment)) {
    warn_once(options,
              "Lambda drops the metrics: lines of CloudWatch's embedded metric format have the level INFO, and the "
              "function's application log level is above it. Set it to INFO");
  }
  auto chosen = chosen_so_far(config, options, variables);
  const auto period = options.metric_period ? options.metric_period : variables.metric_period;
  chosen.metrics = MetricsOptions{.exporter = std::move(emf), .period = period.value_or(default_metric_period)};
  apply(config, chosen);
}

}  // namespace temporal::lambda::otel
