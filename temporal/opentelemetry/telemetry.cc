#include <temporal/common/client_errors.h>
#include <temporal/core/runtime.h>
#include <temporal/core/worker_log.h>
#include <temporal/opentelemetry/telemetry.h>

#include <algorithm>
#include <system_error>
#include <thread>
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
  message.set_gzip(options.gzip);
  message.set_timeout_ms(std::chrono::ceil<std::chrono::milliseconds>(options.timeout).count());
  message.set_whole_url(options.whole_url);
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
                            metrics.mutable_emf()->set_max_metrics(emf.max_metrics);
                          }},
               options.metrics->exporter);
  }
  if (options.traces) set(*message.mutable_traces(), *options.traces);
  return message;
}

/// Exporters export a last time when they end, and who has just let go of them does not wait for that.
void end_apart(Telemetry* telemetry) {
  const auto end = [telemetry] { delete telemetry; };
  try {
    std::thread{end}.detach();
  } catch (const std::system_error&) {
    end();
  }
}

}  // namespace

Telemetry::Telemetry(TelemetryOptions options) : options_(std::move(options)) { validate(options_); }

std::shared_ptr<Telemetry> Telemetry::shared(const TelemetryOptions& options) {
  // Never destroyed: what was abandoned may still use it.
  static auto& mutex = *new std::mutex;
  static auto& known = *new std::vector<std::weak_ptr<Telemetry>>;
  const std::scoped_lock lock{mutex};
  std::erase_if(known, [](const auto& one) { return one.expired(); });
  for (const auto& one : known) {
    if (auto telemetry = one.lock(); telemetry && telemetry->options() == options) return telemetry;
  }
  std::shared_ptr<Telemetry> made{new Telemetry{options}, end_apart};
  known.push_back(made);
  return made;
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
    core::set_request_id(*runtime, request_id_);
  } catch (const core::Error& error) {
    throw ConfigurationError(error.what());
  }
  return runtime_ = std::move(runtime);
}

Meter Telemetry::meter() { return core::meter(runtime(core::create_runtime_that_warns)); }

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

void Telemetry::flush_before_freeze(Duration time_left) const { flush(std::min(options_.flush_timeout, time_left)); }

void Telemetry::set_request_id(const std::string& id) {
  const std::scoped_lock lock{mutex_};
  request_id_ = id;
  if (runtime_) core::set_request_id(*runtime_, id);
}

bool Telemetry::samples(const std::array<std::uint8_t, 16>& trace_id,
                        const std::optional<SpanContext>& parent) const noexcept {
  if (parent && options_.sampling.parent_based) return parent->sampled;
  return is_within_ratio(trace_id, options_.sampling.ratio);
}

void Telemetry::end(const bridge::v1::Span& span) const noexcept {
  try {
    if (const auto runtime = current()) core::end_span(*runtime, span);
  } catch (...) {  // a span that cannot be exported must not be the failure of what it is about
  }
}

}  // namespace temporal::opentelemetry
