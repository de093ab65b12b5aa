#pragma once

#include <cstddef>
#include <string_view>

/// \file
/// nlohmann-json reads JSON of any depth, but copies and writes it by recursion: 80,000 brackets are the end of the
/// stack.

namespace temporal::detail {

/// As deep as JSON may be nested that is read or written: as in the Java SDK, and far from the end of any stack.
inline constexpr std::size_t deepest_json = 1000;

/// Whether the objects and arrays of a JSON text are nested deeper. Look before it is parsed. What is said of text that
/// is no JSON is of no use, and does no harm.
[[nodiscard]] bool is_too_deep(std::string_view json) noexcept;

}  // namespace temporal::detail
