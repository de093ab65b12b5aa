#include <tools/temporal-lambda/local/report.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>

namespace temporal::local_lambda {
namespace {

std::string milliseconds(std::chrono::microseconds duration) {
  char text[32];
  std::snprintf(text, sizeof text, "%.2f ms", static_cast<double>(duration.count()) / 1000);
  return text;
}

}  // namespace

std::chrono::milliseconds billed(const Report& report) {
  return std::chrono::ceil<std::chrono::milliseconds>(report.duration +
                                                      report.init_duration.value_or(std::chrono::microseconds{0}));
}

std::string to_string(const Report& report) {
  auto line = "REPORT RequestId: " + report.request_id + "\tDuration: " + milliseconds(report.duration) +
              "\tBilled Duration: " + std::to_string(billed(report).count()) +
              " ms\tMemory Size: " + std::to_string(report.memory_size_mb) +
              " MB\tMax Memory Used: " + std::to_string(report.max_memory_used_mb) + " MB";
  if (report.init_duration) line += "\tInit Duration: " + milliseconds(*report.init_duration);
  return line;
}

namespace {

/// A field of /proc/PID/status in MB, rounded up.
long status_mb(pid_t pid, const std::string& field) {
  std::ifstream status{"/proc/" + std::to_string(pid) + "/status"};
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with(field)) return (std::atol(line.c_str() + field.size()) + 1023) / 1024;
  }
  return 0;
}

}  // namespace

long memory_mb(pid_t pid) { return status_mb(pid, "VmRSS:"); }
long peak_memory_mb(pid_t pid) { return status_mb(pid, "VmHWM:"); }

}  // namespace temporal::local_lambda
