#include <temporal/common/log.h>

#include <temporal/common/detail/json_depth.h>
#include <temporal/common/utf8.h>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <mutex>
#include <type_traits>

#include <unistd.h>

namespace temporal {
namespace {

constexpr std::array<std::string_view, 6> level_names = {"TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"};

void append_json_string(std::string& line, const std::string& text) {
  line += nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

void append_time(std::string& line, Timestamp time) {
  const auto milliseconds = std::chrono::floor<std::chrono::milliseconds>(time);
  const auto seconds = std::chrono::floor<std::chrono::seconds>(milliseconds);
  const std::time_t unix_time = std::chrono::system_clock::to_time_t(seconds);
  std::tm utc{};
  gmtime_r(&unix_time, &utc);
  std::array<char, 40> text{};
  const auto size = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &utc);
  line.append(text.data(), size);
  const int written =
      std::snprintf(text.data(), text.size(), ".%03dZ", static_cast<int>((milliseconds - seconds).count()));
  line.append(text.data(), static_cast<std::size_t>(written));
}

bool is_bare(const std::string& text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return c > ' ' && c != '"' && c != '=' && c != '\\' && c != 0x7f;
  });
}

// A text record is one line too, whatever the message holds.
void append_one_line(std::string& line, std::string_view text) {
  for (const char c : text) {
    if (c == '\n') {
      line += "\\n";
    } else {
      line += static_cast<unsigned char>(c) < ' ' ? ' ' : c;
    }
  }
}

struct WrittenField {
  std::string name;
  const LogValue* value;
};

/// The fields of a record, each name once.
std::vector<WrittenField> fields_of(const std::vector<LogField>& bound, std::initializer_list<LogField> fields) {
  std::vector<WrittenField> written;
  written.reserve(bound.size() + fields.size());
  const auto add = [&written](const LogField& field) {
    auto name = detail::to_valid_utf8(field.name);
    if (name == "timestamp" || name == "level" || name == "message") name += '_';
    const auto same =
        std::find_if(written.begin(), written.end(), [&](const auto& other) { return other.name == name; });
    if (same != written.end()) {
      same->value = &field.value;
    } else {
      written.push_back({std::move(name), &field.value});
    }
  };
  std::for_each(bound.begin(), bound.end(), add);
  std::for_each(fields.begin(), fields.end(), add);
  return written;
}

std::string render_json(Timestamp time, LogLevel level, std::string_view message, const std::vector<LogField>& bound,
                        std::initializer_list<LogField> fields) {
  std::string line = R"({"timestamp":")";
  append_time(line, time);
  line += R"(","level":")";
  line += to_string(level);
  line += R"(","message":)";
  append_json_string(line, std::string{message});
  for (const auto& [name, value] : fields_of(bound, fields)) {
    line += ',';
    append_json_string(line, name);
    line += ':';
    value->append_json(line);
  }
  line += "}\n";
  return line;
}

std::string render_text(Timestamp time, LogLevel level, std::string_view message, const std::vector<LogField>& bound,
                        std::initializer_list<LogField> fields) {
  std::string line;
  append_time(line, time);
  line += ' ';
  line += to_string(level);
  line += ' ';
  append_one_line(line, detail::to_valid_utf8(message));
  for (const auto& [name, value] : fields_of(bound, fields)) {
    line += ' ';
    append_one_line(line, name);
    line += '=';
    value->append_text(line);
  }
  line += '\n';
  return line;
}

}  // namespace

std::string_view to_string(LogLevel level) noexcept { return level_names.at(static_cast<std::size_t>(level)); }

std::optional<LogLevel> parse_log_level(std::string_view text) {
  std::string upper{text};
  for (char& c : upper) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  const auto* const found = std::find(level_names.begin(), level_names.end(), upper);
  if (found == level_names.end()) return std::nullopt;
  return static_cast<LogLevel>(found - level_names.begin());
}

LogValue::LogValue(const char* value) {
  if (value != nullptr) {
    value_ = std::string{value};
  } else {
    value_ = Json{"null"};
  }
}

void LogValue::append_json(std::string& line) const {
  std::visit(
      [&line](const auto& value) {
        using Value = std::decay_t<decltype(value)>;
        if constexpr (std::is_same_v<Value, std::string>) {
          append_json_string(line, value);
        } else if constexpr (std::is_same_v<Value, Json>) {
          if (detail::is_too_deep(value.text)) return append_json_string(line, value.text);
          const auto parsed = nlohmann::json::parse(value.text, nullptr, /*allow_exceptions=*/false);
          line += (parsed.is_discarded() ? nlohmann::json(value.text) : parsed)
                      .dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
        } else if constexpr (std::is_same_v<Value, double>) {
          if (std::isfinite(value)) {
            line += nlohmann::json(value).dump();
          } else {
            line += std::isnan(value) ? R"("NaN")" : value > 0 ? R"("Infinity")" : R"("-Infinity")";
          }
        } else {
          line += nlohmann::json(value).dump();
        }
      },
      value_);
}

void LogValue::append_text(std::string& line) const {
  if (const auto* text = std::get_if<std::string>(&value_); text != nullptr && is_bare(*text)) {
    line += detail::to_valid_utf8(*text);
  } else {
    append_json(line);
  }
}

LogSink stderr_sink() {
  return [](std::string_view line) {
    while (!line.empty()) {
      const auto written = ::write(STDERR_FILENO, line.data(), line.size());
      if (written < 0 && errno == EINTR) continue;
      if (written <= 0) return;
      line.remove_prefix(static_cast<std::size_t>(written));
    }
  };
}

struct Logger::Output {
  LogOptions options;
  LogSink sink;
  std::function<Timestamp()> now;
  std::mutex mutex = {};
};

Logger Logger::create(LogOptions options, LogSink sink, std::function<Timestamp()> now) {
  Logger logger;
  logger.output_ = std::make_shared<Output>(options, std::move(sink), std::move(now));
  return logger;
}

Logger Logger::with(std::initializer_list<LogField> fields) const {
  auto all = fields_ ? *fields_ : std::vector<LogField>{};
  for (const auto& field : fields) {
    const auto same = std::find_if(all.begin(), all.end(), [&](const LogField& f) { return f.name == field.name; });
    if (same != all.end()) {
      *same = field;
    } else {
      all.push_back(field);
    }
  }
  Logger logger = *this;
  logger.fields_ = std::make_shared<const std::vector<LogField>>(std::move(all));
  return logger;
}

Logger Logger::when(std::function<bool()> condition) const {
  Logger logger = *this;
  logger.condition_ = std::make_shared<const std::function<bool()>>(
      [before = condition_, condition = std::move(condition)] { return (!before || (*before)()) && condition(); });
  return logger;
}

bool Logger::enabled(LogLevel level) const noexcept {
  return output_ && level >= output_->options.level && (!condition_ || (*condition_)());
}

void Logger::write(LogLevel level, std::string_view message, std::initializer_list<LogField> fields) const noexcept {
  if (!enabled(level)) return;
  try {
    static const std::vector<LogField> none;
    const auto render = output_->options.format == LogFormat::json ? render_json : render_text;
    const auto line = render(output_->now(), level, message, fields_ ? *fields_ : none, fields);
    const std::lock_guard lock{output_->mutex};
    output_->sink(line);
  } catch (...) {  // Logging is never a reason to fail.
  }
}

}  // namespace temporal
