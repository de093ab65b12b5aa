#include <temporal/common/client_errors.h>
#include <temporal/opentelemetry/telemetry_options.h>

#include <string_view>

namespace temporal::opentelemetry {
namespace {

constexpr std::size_t most_dimensions = 30;  // CloudWatch's limit

[[noreturn]] void refuse(const std::string& text) { throw ConfigurationError("TelemetryOptions: " + text); }

void validate(const OtlpOptions& options, std::string_view what) {
  const std::string_view endpoint = options.endpoint;
  if (!endpoint.starts_with("http://") && !endpoint.starts_with("https://")) {
    refuse("the endpoint of " + std::string{what} + " is \"" + options.endpoint +
           "\": it should read like http://localhost:4317");
  }
  if (options.timeout <= Duration::zero()) refuse("the timeout of " + std::string{what} + " has to be above zero");
}

void validate(const MetricsOptions& options) {
  if (options.period <= Duration::zero()) refuse("the period of metrics has to be above zero");
  if (const auto* otlp = std::get_if<OtlpOptions>(&options.exporter)) validate(*otlp, "metrics");
  if (const auto* emf = std::get_if<EmfOptions>(&options.exporter)) {
    if (emf->namespace_.empty()) refuse("the namespace of EMF is empty");
    if (emf->dimensions.size() > most_dimensions) refuse("EMF takes 30 dimensions at most");
    if (emf->max_metrics == 0) refuse("max_metrics of EMF has to be above zero");
  }
}

}  // namespace

void validate(const TelemetryOptions& options) {
  if (options.service_name.empty()) refuse("the service name is empty");
  if (options.metrics) validate(*options.metrics);
  if (options.traces) validate(*options.traces, "traces");
  if (!(options.sampling.ratio >= 0 && options.sampling.ratio <= 1)) {  // NaN, too
    refuse("the ratio of the sampling has to be between 0 and 1");
  }
}

}  // namespace temporal::opentelemetry
