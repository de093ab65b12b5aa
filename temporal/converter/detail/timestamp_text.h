#pragma once

#include <temporal/common/duration.h>

#include <optional>
#include <string>

namespace temporal::converter::detail {

/// RFC 3339 in UTC, with as many digits after the second as it needs: "2026-01-31T12:00:00.5Z".
std::string to_text(Timestamp time);

/// Reads RFC 3339 with any offset; nothing for any other text. A time before 1677 or after 2262 becomes the first or
/// the last that there is.
std::optional<Timestamp> parse_timestamp(const std::string& text);

}  // namespace temporal::converter::detail
