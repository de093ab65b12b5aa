#pragma once

#include <temporal/opentelemetry/span.h>

#include <optional>
#include <string>

/// \file
/// Spans of activity code. All of it works on the thread that the worker called the activity on, in a coroutine also
/// after each `co_await`.
///
/// ```cpp
/// auto span = opentelemetry::start_span("charge card", {{"currency", "EUR"}});
/// http.post(url, {{"traceparent", opentelemetry::to_traceparent(span.context())}}, body);
/// ```

namespace temporal::opentelemetry {

/// The span of the attempt that runs, for libraries that take a parent. None where no activity runs, or its worker has
/// no tracing interceptor.
[[nodiscard]] std::optional<SpanContext> current_context() noexcept;

/// Starts a span below that of the attempt, or below another one in it. An empty one, that records nothing, where there
/// is no current context.
[[nodiscard]] Span start_span(std::string name, Attributes attributes = {}, std::optional<SpanContext> parent = {});

}  // namespace temporal::opentelemetry
