#include <temporal/converter/protobuf_log.h>

#include <google/protobuf/stubs/common.h>

#include <mutex>
#include <string>
#include <utility>

#if GOOGLE_PROTOBUF_VERSION < 4022000
#include <google/protobuf/stubs/logging.h>
#endif

namespace temporal::converter {

#if GOOGLE_PROTOBUF_VERSION < 4022000

namespace {

struct Target {
  std::mutex mutex = {};
  Logger log = {};
};

/// Never destroyed: protobuf may complain until the process is gone.
Target& target() {
  static auto& made = *new Target;
  return made;
}

LogLevel to_level(google::protobuf::LogLevel level) {
  switch (level) {
    case google::protobuf::LOGLEVEL_INFO:
      return LogLevel::info;
    case google::protobuf::LOGLEVEL_WARNING:
      return LogLevel::warn;
    case google::protobuf::LOGLEVEL_ERROR:
      return LogLevel::error;
    case google::protobuf::LOGLEVEL_FATAL:
      break;
  }
  return LogLevel::fatal;
}

void write(google::protobuf::LogLevel level, const char* file, int line, const std::string& message) {
  Logger log;
  {
    const std::scoped_lock lock{target().mutex};
    log = target().log;
  }
  log.write(to_level(level), message,
            {{"target", "protobuf"}, {"source", std::string{file} + ":" + std::to_string(line)}});
}

}  // namespace

void log_protobuf_through(Logger log) {
  {
    const std::scoped_lock lock{target().mutex};
    target().log = std::move(log);
  }
  google::protobuf::SetLogHandler(write);
}

#else

void log_protobuf_through(Logger) {}

#endif

}  // namespace temporal::converter
