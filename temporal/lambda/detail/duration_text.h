#pragma once

#include <temporal/common/duration.h>

#include <optional>
#include <string>
#include <string_view>

namespace temporal::lambda::detail {

/// Reads "5s", "250ms", "1.5s", "2m" or "1h"; nothing for any other text, a bare number and a negative one included.
std::optional<Duration> parse_duration(std::string_view text);

/// For messages: "7 s", "1.25 s", "-0.5 s".
std::string to_text(Duration duration);

/// For log fields.
inline double seconds(Duration duration) { return std::chrono::duration<double>(duration).count(); }

}  // namespace temporal::lambda::detail
