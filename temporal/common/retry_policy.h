#pragma once

#include <temporal/common/duration.h>

#include <optional>
#include <string>
#include <vector>

namespace temporal {

/// How the server retries an activity or a workflow. The defaults are the server's own.
/// See https://docs.temporal.io/encyclopedia/retry-policies.
struct RetryPolicy {
  Duration initial_interval = std::chrono::seconds{1};      ///< wait before the first retry
  double backoff_coefficient = 2;                           ///< each wait is this many times the one before, at least 1
  std::optional<Duration> maximum_interval = {};            ///< longest wait; not chosen: 100 × `initial_interval`
  int maximum_attempts = 0;                                 ///< attempts in all; 0: no limit, 1: no retry
  std::vector<std::string> non_retryable_error_types = {};  ///< compared with `ApplicationError::type()`

  bool operator==(const RetryPolicy&) const = default;
};

}  // namespace temporal
