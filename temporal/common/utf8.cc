#include <temporal/common/utf8.h>

namespace temporal::detail {
namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80; }

/// What stands at the beginning of a text: one character, or as much as could have become one.
struct Piece {
  std::size_t size = 1;
  bool valid = false;
};

/// Table 3-7 of the Unicode Standard: only the second byte's range depends on the first. `text` is not empty.
Piece first_piece(std::string_view text) noexcept {
  const auto first = static_cast<unsigned char>(text[0]);
  if (first < 0x80) return {.valid = true};
  if (first < 0xC2 || first > 0xF4) return {};
  const std::size_t size = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  const unsigned char lowest = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;  // no overlong form
  const unsigned char highest = first == 0xED   ? 0x9F
                                : first == 0xF4 ? 0x8F
                                                : 0xBF;  // no surrogate, no more than U+10FFFF
  if (text.size() < 2) return {};
  const auto second = static_cast<unsigned char>(text[1]);
  if (second < lowest || second > highest) return {};
  std::size_t at = 2;
  while (at < size && at < text.size() && is_continuation(text[at])) ++at;
  return {.size = at, .valid = at == size};
}

/// How much of the beginning is UTF-8.
std::size_t valid_size(std::string_view text) noexcept {
  std::size_t at = 0;
  while (at < text.size()) {
    const auto piece = first_piece(text.substr(at));
    if (!piece.valid) break;
    at += piece.size;
  }
  return at;
}

}  // namespace

bool is_valid_utf8(std::string_view text) noexcept { return valid_size(text) == text.size(); }

std::string to_valid_utf8(std::string_view text) {
  std::string repaired;
  repaired.reserve(text.size());
  for (;;) {
    const auto valid = valid_size(text);
    repaired += text.substr(0, valid);
    text.remove_prefix(valid);
    if (text.empty()) return repaired;
    repaired += replacement;
    text.remove_prefix(first_piece(text).size);
  }
}

std::string_view utf8_prefix(std::string_view text, std::size_t size) noexcept {
  if (size >= text.size()) return text;
  while (size > 0 && is_continuation(text[size])) --size;
  return text.substr(0, size);
}

}  // namespace temporal::detail
