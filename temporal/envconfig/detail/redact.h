#pragma once

#include <string>
#include <string_view>

namespace temporal::envconfig::detail {

/// What is wrong with a TOML text and on which line, without the lines that the parser quotes: they may hold a key.
std::string redact_toml_error(std::string_view message);

}  // namespace temporal::envconfig::detail
