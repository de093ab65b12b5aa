#pragma once

#include <temporal/common/duration.h>

#include <concepts>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

/// \file
/// Structured logging: one record is one line, as JSON or as text.
///
/// ```cpp
/// auto log = Logger::to_stderr({.level = LogLevel::info}).with({{"requestId", id}});
/// log.warn("the buffer is small", {{"buffer_seconds", 0.5}});
/// // {"timestamp":"2026-01-31T12:00:00.123Z","level":"WARN","message":"the buffer is small","requestId":"…",…}
/// ```

namespace temporal {

enum class LogLevel { trace, debug, info, warn, error, fatal };

/// "TRACE", "DEBUG", … as AWS Lambda writes them.
std::string_view to_string(LogLevel level) noexcept;
/// Reads what `to_string` writes, in any case; nothing for any other text.
std::optional<LogLevel> parse_log_level(std::string_view text);

enum class LogFormat { json, text };

/// A value of a field. Numbers and booleans stay what they are in JSON, but NaN and the infinities, which JSON does not
/// know, become text. Text need not be valid UTF-8. A pointer that is null, as `std::getenv` gives it, becomes `null`.
class LogValue {
 public:
  /// Text that is JSON already and is written as it is. What does not parse, or is nested
  /// more than 1000 deep, is written as a string.
  struct Json {
    std::string text;
  };

  LogValue(std::string value) : value_(std::move(value)) {}                      // NOLINT(google-explicit-constructor)
  LogValue(std::string_view value) : value_(std::string{value}) {}               // NOLINT(google-explicit-constructor)
  LogValue(const char* value);                                                   // NOLINT(google-explicit-constructor)
  LogValue(bool value) : value_(value) {}                                        // NOLINT(google-explicit-constructor)
  LogValue(double value) : value_(value) {}                                      // NOLINT(google-explicit-constructor)
  LogValue(std::signed_integral auto value) : value_(std::int64_t{value}) {}     // NOLINT(google-explicit-constructor)
  LogValue(std::unsigned_integral auto value) : value_(std::uint64_t{value}) {}  // NOLINT(google-explicit-constructor)
  LogValue(Json value) : value_(std::move(value)) {}                             // NOLINT(google-explicit-constructor)

  /// Appends the value as JSON; bytes that are not UTF-8 become U+FFFD.
  void append_json(std::string& line) const;
  /// Appends it for a person: quoted only when it has spaces, quotes or control characters.
  void append_text(std::string& line) const;

 private:
  std::variant<std::string, bool, double, std::int64_t, std::uint64_t, Json> value_;
};

/// A record has each name once: of several fields of one name, bound to a logger or given with the record, the last one
/// counts, in the place of the first. `timestamp`, `level` and `message` are the record's own: a field that is called
/// so is written with an underscore after its name.
struct LogField {
  std::string name;
  LogValue value;
};

/// Takes whole lines, the line feed included. Called by one thread at a time for each `Logger::create`.
using LogSink = std::function<void(std::string_view line)>;

/// Writes each line with one `write(2)` to standard error, so that lines of several processes do not mix.
LogSink stderr_sink();

struct LogOptions {
  LogLevel level = LogLevel::info;  ///< records below it are dropped
  LogFormat format = LogFormat::json;
};

/// Writes records with the fields bound to it. A value that is cheap to copy; all copies share one sink. Thread-safe.
/// It never throws: a record that cannot be written is lost. A default-constructed logger drops everything.
class Logger {
 public:
  Logger() = default;

  static Logger create(LogOptions options, LogSink sink,
                       std::function<Timestamp()> now = std::chrono::system_clock::now);
  static Logger to_stderr(LogOptions options) { return create(options, stderr_sink()); }

  /// A logger that adds these fields to each record. A field of the same name is replaced.
  [[nodiscard]] Logger with(std::initializer_list<LogField> fields) const;

  /// A logger that drops each record for which `condition` is false. It must not throw.
  [[nodiscard]] Logger when(std::function<bool()> condition) const;

  /// True when both write to the same sink.
  [[nodiscard]] bool shares_sink_with(const Logger& other) const noexcept { return output_ == other.output_; }

  /// True when a record of this level would be written: asks before building an expensive one.
  [[nodiscard]] bool enabled(LogLevel level) const noexcept;

  void write(LogLevel level, std::string_view message, std::initializer_list<LogField> fields = {}) const noexcept;

  void debug(std::string_view message, std::initializer_list<LogField> fields = {}) const noexcept {
    write(LogLevel::debug, message, fields);
  }
  void info(std::string_view message, std::initializer_list<LogField> fields = {}) const noexcept {
    write(LogLevel::info, message, fields);
  }
  void warn(std::string_view message, std::initializer_list<LogField> fields = {}) const noexcept {
    write(LogLevel::warn, message, fields);
  }
  void error(std::string_view message, std::initializer_list<LogField> fields = {}) const noexcept {
    write(LogLevel::error, message, fields);
  }

 private:
  struct Output;
  std::shared_ptr<Output> output_;
  std::shared_ptr<const std::vector<LogField>> fields_;
  std::shared_ptr<const std::function<bool()>> condition_;
};

}  // namespace temporal
