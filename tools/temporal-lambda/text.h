#pragma once

#include <nlohmann/json.hpp>

#include <chrono>
#include <string>
#include <string_view>

namespace temporal::local_lambda {

/// `%3A` and the like decoded; what is no such sequence stays as it is.
[[nodiscard]] std::string url_decode(std::string_view text);

[[nodiscard]] std::string base64(std::string_view bytes);

/// JSON on one line. What is not UTF-8, since others have sent it, is replaced.
[[nodiscard]] std::string to_text(const nlohmann::json& json);

/// A random UUID (version 4), as Lambda's request ids are.
[[nodiscard]] std::string uuid();

/// RFC 3339 in UTC with milliseconds.
[[nodiscard]] std::string rfc3339(std::chrono::system_clock::time_point time);

/// An X-Ray trace header for a new, unsampled trace.
[[nodiscard]] std::string trace_header(std::chrono::system_clock::time_point time);

}  // namespace temporal::local_lambda
