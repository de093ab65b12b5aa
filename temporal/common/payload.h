#pragma once

#include <map>
#include <string>

namespace temporal {

/// A value as it travels: bytes, and metadata that says how to read them (`encoding` and more).
/// temporal/converter/ turns it into a C++ value and back.
struct Payload {
  std::map<std::string, std::string> metadata = {};
  std::string data = {};

  bool operator==(const Payload&) const = default;
};

}  // namespace temporal
