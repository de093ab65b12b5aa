#pragma once

#include <string>
#include <string_view>

namespace temporal::testing::detail {

/// What core says of a replay that failed, in words. Core wraps its message into a debug print of Rust, and prints an
/// event with all its payloads where it means its id and kind.
std::string core_message(std::string_view debug_print);

}  // namespace temporal::testing::detail
