#pragma once

#include <nlohmann/json.hpp>

#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <string_view>

namespace temporal::local_lambda {

/// Who is told what happens, when it happens.
struct Audience {
  std::function<void(const std::string& line)> on_line = {};  ///< standard error gets the lines when it is empty
  std::function<void(const nlohmann::json& event)> on_event = {};
};

/// What happens, as lines for people and as events for tools: each event has `time` and `event`, and is a line of JSON
/// in the event log.
class Log {
 public:
  /// Without a path there is no event log. @throws std::runtime_error when the file cannot be opened.
  explicit Log(const std::filesystem::path& event_log, Audience audience = {});

  void say(const std::string& line);
  void write(std::string_view event, nlohmann::json fields);

 private:
  std::ofstream file_;
  Audience audience_;
};

}  // namespace temporal::local_lambda
