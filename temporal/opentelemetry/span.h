#pragma once

#include <temporal/common/duration.h>
#include <temporal/common/metrics.h>
#include <temporal/opentelemetry/span_context.h>

#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <vector>

/// \file
/// A stretch of time in which something was done, and what it belongs to.

namespace temporal::opentelemetry {

class Telemetry;

/// The values are those of OTLP.
enum class SpanKind { internal = 1, server = 2, client = 3, producer = 4, consumer = 5 };

struct SpanOptions {
  std::string name = {};
  SpanKind kind = SpanKind::internal;
  std::optional<SpanContext> parent = {};  ///< none: the span begins a trace, whose id is in X-Ray's form
  std::vector<SpanContext> links = {};     ///< other spans that it has to do with
  Attributes attributes = {};
  std::optional<Timestamp> start_time = {};  ///< not chosen: now
  /// The identity of a span that several processes may come to speak of. Not chosen: a random one, in the parent's
  /// trace.
  std::optional<SpanContext> context = {};
};

/// One span, which ends with this object at the latest. To be used by one thread at a time. An empty one records
/// nothing. Text that is not UTF-8 is recorded with U+FFFD for each piece that is none.
class Span {
 public:
  Span();
  Span(std::shared_ptr<const Telemetry> telemetry, SpanOptions options);
  Span(Span&&) noexcept;
  Span& operator=(Span&& other) noexcept;
  ~Span();

  /// Of zeros when the span is empty or has ended.
  [[nodiscard]] SpanContext context() const;

  void set_attribute(const std::string& key, AttributeValue value);
  void add_event(const std::string& name, const Attributes& attributes = {});
  /// Marks the span as failed, with the chain of causes, and adds the event `exception` that OpenTelemetry has for it.
  void fail(const std::exception_ptr& failure);
  void end();

 private:
  struct Record;
  std::unique_ptr<Record> record_;
};

}  // namespace temporal::opentelemetry
