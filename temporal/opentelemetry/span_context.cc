#include <temporal/opentelemetry/span_context.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <span>

namespace temporal::opentelemetry {
namespace {

std::string hex(std::span<const std::uint8_t> bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const auto byte : bytes) {
    text += digits[byte >> 4U];
    text += digits[byte & 0xFU];
  }
  return text;
}

/// Reads exactly as many bytes as there are.
bool read(std::string_view text, std::span<std::uint8_t> bytes) {
  if (text.size() != bytes.size() * 2) return false;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const auto digits = text.substr(i * 2, 2);
    const auto* end = digits.data() + digits.size();
    const auto [stop, error] = std::from_chars(digits.data(), end, bytes[i], 16);
    if (error != std::errc{} || stop != end) return false;
  }
  return true;
}

std::optional<SpanContext> if_valid(const SpanContext& context) {
  return context.is_valid() ? std::optional{context} : std::nullopt;
}

/// The value of a field in "a=1;b=2".
std::string_view field(std::string_view text, std::string_view name) {
  while (!text.empty()) {
    const auto end = std::min(text.find(';'), text.size());
    auto part = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    while (part.starts_with(' ')) part.remove_prefix(1);
    if (part.starts_with(name) && part.substr(name.size()).starts_with('=')) return part.substr(name.size() + 1);
  }
  return {};
}

}  // namespace

bool SpanContext::is_valid() const {
  const auto some = [](const auto& id) { return std::ranges::any_of(id, [](auto byte) { return byte != 0; }); };
  return some(trace_id) && some(span_id);
}

void begin_with_time(std::array<std::uint8_t, 16>& trace_id, Timestamp time) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
  for (std::size_t i = 0; i < 4; ++i) trace_id.at(i) = static_cast<std::uint8_t>(seconds >> (24U - 8U * i));
}

bool is_within_ratio(const std::array<std::uint8_t, 16>& trace_id, double ratio) {
  if (ratio >= 1) return true;
  constexpr double all = 9223372036854775808.0;  // 2^63
  std::uint64_t value = 0;
  for (std::size_t i = 8; i < trace_id.size(); ++i) value = value << 8U | trace_id.at(i);
  return value >> 1U < static_cast<std::uint64_t>(ratio * all);
}

std::string to_hex(const std::array<std::uint8_t, 16>& trace_id) { return hex(trace_id); }
std::string to_hex(const std::array<std::uint8_t, 8>& span_id) { return hex(span_id); }

std::string to_traceparent(const SpanContext& context) {
  return "00-" + to_hex(context.trace_id) + "-" + to_hex(context.span_id) + (context.sampled ? "-01" : "-00");
}

std::optional<SpanContext> parse_traceparent(std::string_view text) {
  // "00-" 32 "-" 16 "-" 2: later versions may go on after another dash.
  constexpr std::size_t size = 55;
  std::array<std::uint8_t, 1> version{};
  std::array<std::uint8_t, 1> flags{};
  SpanContext context;
  if (text.size() < size || text[2] != '-' || text[35] != '-' || text[52] != '-') return std::nullopt;
  if (!read(text.substr(0, 2), version) || version[0] == 0xFF || (text.size() > size && text[size] != '-')) {
    return std::nullopt;
  }
  if (!read(text.substr(3, 32), context.trace_id) || !read(text.substr(36, 16), context.span_id) ||
      !read(text.substr(53, 2), flags)) {
    return std::nullopt;
  }
  context.sampled = (flags[0] & 1U) != 0;
  return if_valid(context);
}

std::optional<SpanContext> parse_xray_header(std::string_view text) {
  const auto root = field(text, "Root");
  if (root.size() != 35 || !root.starts_with("1-") || root[10] != '-') return std::nullopt;
  SpanContext context;
  if (!read(std::string{root.substr(2, 8)} + std::string{root.substr(11)}, context.trace_id)) return std::nullopt;
  if (!read(field(text, "Parent"), context.span_id)) return std::nullopt;
  context.sampled = field(text, "Sampled") == "1";
  return if_valid(context);
}

}  // namespace temporal::opentelemetry
