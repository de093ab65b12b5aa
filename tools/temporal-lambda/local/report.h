#pragma once

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>

namespace temporal::local_lambda {

/// What Lambda says at the end of an invocation.
struct Report {
  std::string request_id = {};
  std::chrono::microseconds duration = {};
  int memory_size_mb = 0;
  long max_memory_used_mb = 0;
  std::optional<std::chrono::microseconds> init_duration = {};  ///< of a cold start
};

/// Duration and init, rounded up to the millisecond: Lambda bills both.
[[nodiscard]] std::chrono::milliseconds billed(const Report& report);

/// `REPORT RequestId: … Duration: … ms Billed Duration: … ms Memory Size: … MB Max Memory Used: … MB`
[[nodiscard]] std::string to_string(const Report& report);

/// The memory that a process uses now, in MB; zero when it is gone.
[[nodiscard]] long memory_mb(pid_t pid);

/// The most memory that a process has used, in MB; zero when it is gone.
[[nodiscard]] long peak_memory_mb(pid_t pid);

}  // namespace temporal::local_lambda
