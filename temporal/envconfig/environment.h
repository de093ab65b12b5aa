#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

/// \file
/// The environment variables of a process as a value, so that tests can bring their own.

namespace temporal::envconfig {

using Environment = std::map<std::string, std::string, std::less<>>;

/// A copy of the variables of this process. Not safe beside threads that change them.
Environment process_environment();

/// The value of a variable; nothing when it is unset or empty.
inline std::optional<std::string> variable(const Environment& environment, std::string_view name) {
  const auto found = environment.find(name);
  if (found == environment.end() || found->second.empty()) return std::nullopt;
  return found->second;
}

}  // namespace temporal::envconfig
