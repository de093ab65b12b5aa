#pragma once

#include <temporal/common/duration.h>

#include <string>

namespace temporal::lambda_timeouts {

/// The three values that belong together, for a function whose activities and hooks take so long.
/// See docs/lambda.md, "Long activities".
struct TimeoutPlan {
  Duration graceful_shutdown_timeout = {};  ///< what activities get when the worker leaves
  Duration shutdown_deadline_buffer = {};   ///< from when polling stops to the deadline
  Duration least_function_timeout = {};     ///< with less the worker warns at each start
  Duration function_timeout = {};           ///< with room for work
};

/// @throws std::invalid_argument when Lambda's 15 minutes are not enough; it says what would fit.
[[nodiscard]] TimeoutPlan plan_timeouts(Duration longest_activity, Duration hooks);

/// The plan, how it comes about, and the code that sets it.
[[nodiscard]] std::string explain(const TimeoutPlan& plan, Duration longest_activity, Duration hooks);

/// `plan-timeouts` of the command line: durations as "5m", "1.5s". @throws std::invalid_argument
[[nodiscard]] std::string plan_timeouts_command(const std::string& longest_activity, const std::string& hooks);

}  // namespace temporal::lambda_timeouts
