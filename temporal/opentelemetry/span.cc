#include <temporal/common/detail/random_bytes.h>
#include <temporal/common/error.h>
#include <temporal/common/failure_errors.h>
#include <temporal/common/type_name.h>
#include <temporal/common/utf8.h>
#include <temporal/core/detail/attributes.h>
#include <temporal/opentelemetry/span.h>
#include <temporal/opentelemetry/telemetry.h>

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <typeinfo>
#include <utility>

namespace temporal::opentelemetry {
namespace {

template <std::size_t size>
void fill_randomly(std::array<std::uint8_t, size>& id) {
  temporal::detail::fill_randomly(std::as_writable_bytes(std::span{id}));
}

std::int64_t unix_nanoseconds(Timestamp time) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(time.time_since_epoch()).count();
}

std::array<std::uint8_t, 16> new_trace_id(Timestamp now) {
  std::array<std::uint8_t, 16> id{};
  fill_randomly(id);
  begin_with_time(id, now);
  return id;
}

bool is_sampled(const std::array<std::uint8_t, 16>& trace_id, const std::optional<SpanContext>& parent,
                const Telemetry* telemetry) {
  return telemetry != nullptr ? telemetry->samples(trace_id, parent) : !parent || parent->sampled;
}

/// As OpenTelemetry calls them: https://opentelemetry.io/docs/specs/semconv/exceptions/exceptions-spans/.
Attributes exception_attributes(const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const ApplicationError& error) {
    const auto type = error.type();
    return {{"exception.type", type.empty() ? "ApplicationError" : type}, {"exception.message", error.message()}};
  } catch (const std::exception& error) {
    return {{"exception.type", temporal::detail::type_name(typeid(error))}, {"exception.message", error.what()}};
  } catch (...) {
    return {{"exception.type", "unknown"}};
  }
}

template <std::size_t size>
std::string text(const std::array<std::uint8_t, size>& id) {
  return {id.begin(), id.end()};
}

}  // namespace

struct Span::Record {
  std::shared_ptr<const Telemetry> telemetry;
  SpanContext context;
  bridge::v1::Span message;
};

Span::Span(std::shared_ptr<const Telemetry> telemetry, SpanOptions options) : record_(std::make_unique<Record>()) {
  const auto now = std::chrono::system_clock::now();
  record_->telemetry = std::move(telemetry);
  auto& context = record_->context;
  if (options.context) {
    context = *options.context;
  } else {
    context.trace_id = options.parent ? options.parent->trace_id : new_trace_id(now);
    context.sampled = is_sampled(context.trace_id, options.parent, record_->telemetry.get());
    fill_randomly(context.span_id);
  }
  auto& message = record_->message;
  message.set_trace_id(text(context.trace_id));
  message.set_span_id(text(context.span_id));
  message.set_trace_flags(context.sampled ? 1 : 0);
  message.set_name(temporal::detail::to_valid_utf8(options.name));
  message.set_kind(static_cast<int>(options.kind));
  message.set_start_unix_ns(unix_nanoseconds(options.start_time.value_or(now)));
  if (options.parent) message.set_parent_span_id(text(options.parent->span_id));
  for (const auto& link : options.links) {
    auto& linked = *message.add_links();
    linked.set_trace_id(text(link.trace_id));
    linked.set_span_id(text(link.span_id));
    linked.set_trace_flags(link.sampled ? 1 : 0);
  }
  core::detail::add(*message.mutable_attributes(), options.attributes);
}

Span::Span() = default;
Span::Span(Span&&) noexcept = default;
Span& Span::operator=(Span&& other) noexcept {
  if (this != &other) {
    end();
    record_ = std::move(other.record_);
  }
  return *this;
}
Span::~Span() { end(); }

SpanContext Span::context() const { return record_ ? record_->context : SpanContext{}; }

void Span::set_attribute(const std::string& key, AttributeValue value) {
  if (record_) core::detail::add(*record_->message.mutable_attributes(), {{key, std::move(value)}});
}

void Span::add_event(const std::string& name, const Attributes& attributes) {
  if (!record_) return;
  auto& event = *record_->message.add_events();
  event.set_name(temporal::detail::to_valid_utf8(name));
  event.set_unix_time_ns(unix_nanoseconds(std::chrono::system_clock::now()));
  core::detail::add(*event.mutable_attributes(), attributes);
}

void Span::fail(const std::exception_ptr& failure) {
  if (!record_) return;
  record_->message.set_failed(true);
  record_->message.set_failure(temporal::detail::to_valid_utf8(describe(failure)));
  add_event("exception", exception_attributes(failure));
}

void Span::end() {
  const auto record = std::exchange(record_, nullptr);
  if (!record || !record->context.sampled || !record->telemetry) return;
  record->message.set_end_unix_ns(unix_nanoseconds(std::chrono::system_clock::now()));
  record->telemetry->end(record->message);
}

}  // namespace temporal::opentelemetry
