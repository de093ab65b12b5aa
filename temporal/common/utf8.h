#pragma once

#include <cstddef>
#include <string>
#include <string_view>

/// \file
/// The strings of protobuf and JSON have to be UTF-8; those of C++ may hold anything, a cut "ü" for example.

namespace temporal::detail {

[[nodiscard]] bool is_valid_utf8(std::string_view text) noexcept;

/// The same text, with U+FFFD for each piece that is no UTF-8.
[[nodiscard]] std::string to_valid_utf8(std::string_view text);

/// As much of the beginning as fits into `size` bytes without cutting a character. `text` is UTF-8.
[[nodiscard]] std::string_view utf8_prefix(std::string_view text, std::size_t size) noexcept;

}  // namespace temporal::detail
