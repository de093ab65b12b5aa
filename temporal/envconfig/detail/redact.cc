#include <temporal/envconfig/detail/redact.h>

namespace temporal::envconfig::detail {
namespace {

/// "3 | api_key = …" and "  |     ^": the parser's quotes.
bool is_quote(std::string_view line) {
  const auto bar = line.find_first_not_of(" 0123456789");
  return bar != std::string_view::npos && line[bar] == '|';
}

/// "invalid type: integer `12345`, expected a string" shows the value that was found.
std::string without_value(std::string_view line) {
  constexpr std::string_view shows_a_value = "invalid ";
  constexpr std::string_view expectation = ", expected ";
  const auto value = line.find_first_of("`\"'");
  if (!line.starts_with(shows_a_value) || value == std::string_view::npos) return std::string{line};
  if (line.find(expectation) < value) return std::string{line};
  const auto expected = line.rfind(expectation);
  std::string result{line.substr(0, value)};
  result += "…";
  if (expected != std::string_view::npos) result += line.substr(expected);
  return result;
}

}  // namespace

std::string redact_toml_error(std::string_view message) {
  std::string result;
  while (!message.empty()) {
    const auto end = message.find('\n');
    const auto line = message.substr(0, end);
    message = end == std::string_view::npos ? std::string_view{} : message.substr(end + 1);
    if (line.empty() || is_quote(line)) continue;
    if (!result.empty()) result += ": ";
    result += without_value(line);
  }
  return result;
}

}  // namespace temporal::envconfig::detail
