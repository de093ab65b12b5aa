#pragma once

#include <nlohmann/json.hpp>

#include <filesystem>
#include <fstream>
#include <string_view>

namespace temporal::local_lambda {

/// What happened, one JSON object a line, for tools to read: each has `time` and `event`.
class EventLog {
 public:
  /// Writes nowhere when the path is empty. @throws std::runtime_error when the file cannot be opened.
  explicit EventLog(const std::filesystem::path& file);

  void write(std::string_view event, nlohmann::json fields);

 private:
  std::ofstream file_;
};

}  // namespace temporal::local_lambda
