#pragma once

#include <nlohmann/json.hpp>

#include <chrono>
#include <string>
#include <string_view>

namespace temporal::local_lambda {

/// `%3A` and the like decoded; what is no such sequence stays as it is.
[[nodiscard]] std::string url_decode(std::string_view text);

[[nodiscard]] std::string base64(std::string_view bytes);
/// Up to the first character that is none of base64's.
[[nodiscard]] std::string base64_decode(std::string_view text);

/// JSON on one line. What is not UTF-8, since others have sent it, is replaced.
[[nodiscard]] std::string to_text(const nlohmann::json& json);

/// A random UUID (version 4), as Lambda's request ids are.
[[nodiscard]] std::string uuid();

/// RFC 3339 in UTC with milliseconds.
[[nodiscard]] std::string rfc3339(std::chrono::system_clock::time_point time);

/// The X-Ray trace header of an invocation: the caller's trace, where it has one, and its decision whether it is
/// recorded; otherwise a new trace, which active tracing records.
[[nodiscard]] std::string trace_of(std::string_view caller, bool active_tracing);

}  // namespace temporal::local_lambda
