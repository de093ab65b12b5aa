#pragma once

#include <temporal/common/duration.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// \file
/// Which span something belongs to, and the texts in which that travels.

namespace temporal::opentelemetry {

/// The identity of a span. A value; one of zeros is of none.
struct SpanContext {
  std::array<std::uint8_t, 16> trace_id = {};
  std::array<std::uint8_t, 8> span_id = {};
  bool sampled = true;  ///< it is recorded, and so is what it causes

  [[nodiscard]] bool is_valid() const;
  bool operator==(const SpanContext&) const = default;
};

/// As https://www.w3.org/TR/trace-context/ writes it: "00-<trace id>-<span id>-01".
[[nodiscard]] std::string to_traceparent(const SpanContext& context);
/// None for what is not in that form.
[[nodiscard]] std::optional<SpanContext> parse_traceparent(std::string_view text);

/// Reads what Lambda says of an invocation: "Root=1-<8 digits>-<24 digits>;Parent=<16 digits>;Sampled=1". None for what
/// is not in that form. See
/// https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader.
[[nodiscard]] std::optional<SpanContext> parse_xray_header(std::string_view text);

/// X-Ray takes traces only whose ids begin with a time, in seconds.
void begin_with_time(std::array<std::uint8_t, 16>& trace_id, Timestamp time);

/// Whether a trace of this id is among those that are recorded: the same everywhere, and in other languages' SDKs, for
/// the same ratio.
[[nodiscard]] bool is_within_ratio(const std::array<std::uint8_t, 16>& trace_id, double ratio);

[[nodiscard]] std::string to_hex(const std::array<std::uint8_t, 16>& trace_id);
[[nodiscard]] std::string to_hex(const std::array<std::uint8_t, 8>& span_id);

}  // namespace temporal::opentelemetry
