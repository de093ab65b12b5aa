#pragma once

#include <temporal/client/interceptor.h>
#include <temporal/opentelemetry/span_context.h>
#include <temporal/opentelemetry/telemetry.h>
#include <temporal/worker/interceptor.h>

#include <memory>
#include <mutex>
#include <optional>

/// \file
/// Spans of what clients and workers do.
///
/// ```cpp
/// auto tracing = opentelemetry::TracingInterceptor::shared(telemetry);
/// auto client = client::Client::connect({.interceptors = {tracing}, .telemetry = telemetry});
/// worker::Worker worker{client, {.task_queue = "orders", .interceptors = {tracing}}};
/// ```

namespace temporal::opentelemetry {

/// Makes the spans that the other SDKs make, with their names, and links them through the header `_tracer-data`, as
/// Python's and Go's interceptors do. Baggage and trace state that came with a call go on with what it causes. A replay
/// reports nothing twice. The span of a workflow run lasts as long as the run and is reported when the run ends; its
/// identity follows from the run's, so that all workers know it. A run whose caller has no span has none either, unless
/// `TelemetryOptions::always_create_workflow_spans` says otherwise.
/// Thread-safe. See https://docs.temporal.io/develop/python/observability#tracing for what other SDKs do.
class TracingInterceptor final : public client::Interceptor, public worker::Interceptor {
 public:
  /// @throws std::invalid_argument without a telemetry.
  explicit TracingInterceptor(std::shared_ptr<Telemetry> telemetry);
  /// One object for one telemetry in this process, as long as somebody has it.
  static std::shared_ptr<TracingInterceptor> shared(const std::shared_ptr<Telemetry>& telemetry);

  /// What the process itself is called for: Lambda's trace of an invocation. Runs and attempts link to it; an attempt
  /// without a trace of its own joins it.
  void set_invocation(std::optional<SpanContext> invocation);

  std::unique_ptr<client::CallInterceptor> intercept_client(const client::ClientInfo& info) override;
  std::unique_ptr<workflow::RunInterceptor> intercept_workflow(const workflow::Info& info) override;
  std::unique_ptr<activity::AttemptInterceptor> intercept_activity(const activity::Info& info) override;

  /// What the links share.
  struct Trace {
    std::shared_ptr<Telemetry> telemetry;
    std::mutex mutex;
    std::optional<SpanContext> invocation;

    [[nodiscard]] std::vector<SpanContext> links();
  };

 private:
  std::shared_ptr<Trace> trace_;
};

}  // namespace temporal::opentelemetry
