#include <temporal/common/client_errors.h>
#include <temporal/core/runtime.h>
#include <temporal/opentelemetry/telemetry.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace temporal::opentelemetry {
namespace {

template <class... Cases>
struct Overloaded : Cases... {
  using Cases::operator()...;
};

void set(bridge::v1::OtlpOptions& message, const OtlpOptions& options) {
  message.set_endpoint(options.endpoint);
  message.set_http(options.protocol == OtlpProtocol::http);
  message.set_delta(options.delta);
  for (const auto& [key, value] : options.headers) (*message.mutable_headers())[key] = value;
}

bridge::v1::TelemetryOptions to_bridge(const TelemetryOptions& options) {
  bridge::v1::TelemetryOptions message;
  for (const auto& [key, value] : options.resource) (*message.mutable_resource())[key] = value;
  (*message.mutable_resource())["service.name"] = options.service_name;
  if (options.metrics) {
    auto& metrics = *message.mutable_metrics();
    metrics.set_period_ms(std::chrono::duration_cast<std::chrono::milliseconds>(options.metrics->period).count());
    metrics.set_durations_as_seconds(options.metrics->durations_as_seconds);
    std::visit(Overloaded{[&](const OtlpOptions& otlp) { set(*metrics.mutable_otlp(), otlp); },
                          [&](const PrometheusOptions& prometheus) {
                            metrics.mutable_prometheus()->set_address(prometheus.address);
                            metrics.mutable_prometheus()->set_counters_total_suffix(prometheus.counters_total_suffix);
                            metrics.mutable_prometheus()->set_unit_suffix(prometheus.unit_suffix);
                          },
                          [&](const EmfOptions& emf) {
                            metrics.mutable_emf()->set_namespace_(emf.namespace_);
                            for (const auto& name : emf.dimensions) metrics.mutable_emf()->add_dimensions(name);
                            metrics.mutable_emf()->set_max_series(emf.max_series);
                          }},
               options.metrics->exporter);
  }
  if (options.traces) set(*message.mutable_traces(), *options.traces);
  return message;
}

}  // namespace

Telemetry::Telemetry(TelemetryOptions options) : options_(std::move(options)) { validate(options_); }

std::shared_ptr<Telemetry> Telemetry::shared(const TelemetryOptions& options) {
  // Never destroyed: what was abandoned may still use it.
  static auto& mutex = *new std::mutex;
  static auto& known = *new std::vector<std::shared_ptr<Telemetry>>;
  const std::scoped_lock lock{mutex};
  const auto found = std::ranges::find_if(known, [&](const auto& one) { return one->options() == options; });
  if (found != known.end()) return *found;
  return known.emplace_back(std::make_shared<Telemetry>(options));
}

std::shared_ptr<core::Runtime> Telemetry::current() const {
  const std::scoped_lock lock{mutex_};
  return runtime_;
}

std::shared_ptr<core::Runtime> Telemetry::runtime(const std::function<std::shared_ptr<core::Runtime>()>& create) {
  const std::scoped_lock lock{mutex_};
  if (runtime_) return runtime_;
  auto runtime = create();
  try {
    core::attach_telemetry(*runtime, to_bridge(options_));
  } catch (const core::Error& error) {
    throw ConfigurationError(error.what());
  }
  return runtime_ = std::move(runtime);
}

Meter Telemetry::meter() {
  return core::meter(runtime([] { return core::Runtime::create({}); }));
}

void Telemetry::flush(Duration timeout) const {
  const auto runtime = current();
  if (!runtime) return;
  const auto limit = std::max(std::chrono::ceil<std::chrono::milliseconds>(timeout), std::chrono::milliseconds{0});
  try {
    core::await([&](core::Callback done) { core::flush_telemetry(*runtime, limit, std::move(done)); });
  } catch (const core::Error& error) {
    throw ConnectionError(std::string{"telemetry was not exported: "} + error.what());
  }
}

void Telemetry::end(const bridge::v1::Span& span) const noexcept {
  try {
    if (const auto runtime = current()) core::end_span(*runtime, span);
  } catch (...) {  // a span that cannot be exported must not be the failure of what it is about
  }
}

}  // namespace temporal::opentelemetry
