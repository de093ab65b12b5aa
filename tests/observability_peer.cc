// A worker whose metrics and spans go to a collector; driven by observability_test.py.
#include <temporal/activity/activity.h>
#include <temporal/client/client.h>
#include <temporal/common/sleep.h>
#include <temporal/opentelemetry/activity.h>
#include <temporal/opentelemetry/tracing_interceptor.h>
#include <temporal/worker/worker.h>
#include <temporal/workflow/workflow.h>

#include <chrono>
#include <iostream>
#include <string>
#include <string_view>

using namespace temporal;
using namespace std::chrono_literals;

namespace {

/// @return the traceparent that a library called here would be given.
std::string pack(const std::string& /*what*/) {
  auto outer = opentelemetry::start_span("wrap", {{"paper", "blue"}});
  const auto inner = opentelemetry::start_span("tie", {}, outer.context());
  outer.add_event("folded");
  return opentelemetry::to_traceparent(inner.context());
}

void refuse() { throw ApplicationError{"out of stock", {.type = "OutOfStock", .non_retryable = true}}; }

workflow::Task<std::string> ship(std::string what) {
  try {
    co_await workflow::execute_local_activity<refuse>({.start_to_close_timeout = 10s});
  } catch (const ActivityError&) {
  }
  co_return "shipped " + what;
}

/// Says that it is alive, more often than the server wants to know.
Task<> drum(int beats) {
  for (int beat = 1; beat <= beats; ++beat) {
    activity::heartbeat(beat);
    co_await sleep_for(20ms);
  }
}

workflow::Task<> drums(int beats) {
  co_await workflow::execute_activity<drum>({.start_to_close_timeout = 60s, .heartbeat_timeout = 30s}, beats);
}

class Order {
 public:
  workflow::Task<std::string> run(std::string what) {
    const auto price = co_await workflow::execute_activity_named<int>(
        "py_price", {.start_to_close_timeout = 30s, .task_queue = "python"}, converter::to_payloads(what));
    co_await workflow::wait_condition([this] { return approved_; });
    traceparent_ = co_await workflow::execute_activity<pack>({.start_to_close_timeout = 10s}, what);
    const auto shipped = co_await workflow::execute_child_workflow<ship>({}, what);
    co_return shipped + " for " + std::to_string(price);
  }
  void approve() { approved_ = true; }
  std::string traceparent() const { return traceparent_; }
  std::string set_note(std::string note) { return std::exchange(note_, std::move(note)); }
  void check_note(std::string note) const {
    if (note.empty()) throw ApplicationError{"a note has text"};
  }

 private:
  bool approved_ = false;
  std::string note_;
  std::string traceparent_;
};

workflow::Definition order() {
  return workflow::definition<Order>()
      .run<&Order::run>()
      .signal<&Order::approve>()
      .query<&Order::traceparent>()
      .update<&Order::set_note, &Order::check_note>();
}

opentelemetry::TelemetryOptions telemetry_to(const std::string& endpoint, std::string_view how, bool always) {
  opentelemetry::TelemetryOptions options{.service_name = "shop", .always_create_workflow_spans = always};
  if (how == "prometheus") {
    options.metrics = opentelemetry::MetricsOptions{.exporter = opentelemetry::PrometheusOptions{.address = endpoint}};
    return options;
  }
  options.traces = opentelemetry::OtlpOptions{
      .endpoint = endpoint,
      .protocol = how == "http" ? opentelemetry::OtlpProtocol::http : opentelemetry::OtlpProtocol::grpc};
  options.metrics = opentelemetry::MetricsOptions{.exporter = *options.traces, .period = 1h};
  return options;
}

}  // namespace

/// observability_peer ADDRESS ENDPOINT grpc|http|prometheus CACHED [always]: until its input ends
int main(int argc, char** argv) {
  if (argc < 5) return 2;
  const auto telemetry = opentelemetry::Telemetry::shared(telemetry_to(argv[2], argv[3], argc > 5));
  const auto tracing = opentelemetry::TracingInterceptor::shared(telemetry);
  const auto client = client::Client::connect({.address = argv[1], .interceptors = {tracing}, .telemetry = telemetry});
  worker::WorkerOptions options{
      .task_queue = "cpp", .max_cached_workflows = std::stoul(argv[4]), .interceptors = {tracing}};
  options.add_workflow(order());
  options.add_workflow<drums>();
  options.add_workflow<ship>();
  options.add_activity<drum>();
  options.add_activity<pack>();
  options.add_activity<refuse>();
  worker::Worker worker{client, std::move(options)};
  worker.start();
  const auto meter = telemetry->meter();
  meter.counter("orders_seen").add(3, {{"shop", "north"}});
  meter.duration_histogram("order_time").record(250ms);
  for (std::string line; std::getline(std::cin, line);) {
  }
  worker.shutdown(std::chrono::steady_clock::now() + 10s);
  telemetry->flush(10s);
  return 0;
}
