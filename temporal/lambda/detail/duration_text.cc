#include <temporal/lambda/detail/duration_text.h>

#include <array>
#include <charconv>
#include <cstdio>
#include <utility>

namespace temporal::lambda::detail {
namespace {

constexpr std::array<std::pair<std::string_view, double>, 4> units = {{{"ms", 1e-3}, {"s", 1}, {"m", 60}, {"h", 3600}}};
constexpr double longest_seconds = 1e9;  // far below the overflow of nanoseconds in 64 bits

}  // namespace

std::optional<Duration> parse_duration(std::string_view text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
  if (error != std::errc{} || !(number >= 0)) return std::nullopt;
  const std::string_view unit{end, static_cast<std::size_t>(text.data() + text.size() - end)};
  for (const auto& [name, factor] : units) {
    if (unit != name) continue;
    if (number * factor > longest_seconds) return std::nullopt;
    return std::chrono::round<Duration>(std::chrono::duration<double>(number * factor));
  }
  return std::nullopt;
}

std::string to_text(Duration duration) {
  std::array<char, 32> text{};
  const int size = std::snprintf(text.data(), text.size(), "%.3f", seconds(duration));
  std::string result{text.data(), static_cast<std::size_t>(size)};
  while (result.back() == '0') result.pop_back();
  if (result.back() == '.') result.pop_back();
  return result + " s";
}

}  // namespace temporal::lambda::detail
