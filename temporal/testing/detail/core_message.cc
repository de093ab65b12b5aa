#include <temporal/testing/detail/core_message.h>

#include <algorithm>
#include <cctype>

namespace temporal::testing::detail {
namespace {

/// What follows a label, as far as it is a word.
std::string_view word_after(std::string_view text, std::string_view label) {
  const auto at = text.find(label);
  if (at == std::string_view::npos) return {};
  text.remove_prefix(at + label.size());
  const auto end = std::ranges::find_if_not(text, [](unsigned char c) { return std::isalnum(c) != 0 || c == '_'; });
  return text.substr(0, static_cast<std::size_t>(end - text.begin()));
}

/// The string literal that the text begins with, without its quotes and escapes.
std::string literal(std::string_view text) {
  std::string value;
  for (std::size_t i = 0; i < text.size() && text[i] != '"'; ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      value += text[i];
    } else {
      const char escaped = text[++i];
      value += escaped == 'n' ? '\n' : escaped == 't' ? '\t' : escaped;
    }
  }
  return value;
}

}  // namespace

std::string core_message(std::string_view debug_print) {
  constexpr std::string_view label = "message: \"";
  const auto at = debug_print.find(label);
  const auto message =
      at == std::string_view::npos ? std::string{debug_print} : literal(debug_print.substr(at + label.size()));

  const auto print = message.find(" {");
  if (print == std::string::npos) return message;
  auto words = message.substr(0, print);
  const auto id = word_after(message, "event_id: ");
  if (id.empty()) return words;
  words.resize(std::min(words.size(), words.rfind(' ') + 1));  // without the name of the struct
  return words + "HistoryEvent(id: " + std::string{id} + ", " + std::string{word_after(message, "event_type: ")} + ")";
}

}  // namespace temporal::testing::detail
