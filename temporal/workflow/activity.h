#pragma once

#include <temporal/common/duration.h>
#include <temporal/common/payload.h>
#include <temporal/common/priority.h>
#include <temporal/common/registered_name.h>
#include <temporal/common/retry_policy.h>
#include <temporal/common/versioning.h>
#include <temporal/workflow/detail/handle.h>
#include <temporal/workflow/detail/pending.h>
#include <temporal/workflow/detail/require_writable.h>
#include <temporal/workflow/detail/result.h>
#include <temporal/workflow/detail/typed_call.h>
#include <temporal/workflow/task.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

/// \file
/// Activities, as workflow code calls them. Handles are not thread-safe and never leave their workflow; cancelling one
/// throws `std::logic_error` outside of a workflow, and in a query handler or a validator.

namespace temporal::workflow {

/// What happens to a running activity when its workflow asks to cancel it.
/// See https://docs.temporal.io/activity-execution#cancellation.
enum class ActivityCancellationType {
  try_cancel,                   ///< ask, and report the cancellation to the workflow at once
  wait_cancellation_completed,  ///< ask, and wait for what the activity makes of it
  abandon,                      ///< do not ask; report the cancellation to the workflow at once
};

/// How an activity is scheduled. One of `start_to_close_timeout` and `schedule_to_close_timeout` is required.
/// See https://docs.temporal.io/encyclopedia/detecting-activity-failures.
struct ActivityOptions {
  std::optional<Duration> start_to_close_timeout = {};     ///< longest single attempt
  std::optional<Duration> schedule_to_close_timeout = {};  ///< longest time over all attempts
  std::optional<Duration> schedule_to_start_timeout = {};  ///< longest wait for a worker; not retried
  std::optional<Duration> heartbeat_timeout = {};          ///< longest silence between two heartbeats
  std::optional<RetryPolicy> retry_policy = {};            ///< the server's default (retry for ever) when not chosen
  std::string task_queue = {};                             ///< the workflow's own when empty
  std::string activity_id = {};                            ///< a running number when empty
  std::string summary = {};                                ///< one line for the web UI
  Priority priority = {};                                  ///< the workflow's own where not chosen
  std::optional<VersioningIntent> versioning_intent = {};
  ActivityCancellationType cancellation_type = ActivityCancellationType::try_cancel;
};

namespace detail {

/// Adds the command to the current activation.
/// @throws std::invalid_argument when neither timeout is set, std::logic_error outside a workflow.
std::shared_ptr<PendingCommand> schedule_activity(std::string_view activity_type, const ActivityOptions& options,
                                                  std::vector<Payload> arguments);

}  // namespace detail

/// A running activity. Await it for its result, or ask to cancel it.
/// Awaiting throws `ActivityError`, whose cause says what went wrong. Awaiting twice gives the result twice.
template <class Result>
class [[nodiscard("an activity that nobody awaits can fail unseen")]] ActivityHandle : public detail::Handle {
 public:
  explicit ActivityHandle(std::shared_ptr<detail::PendingCommand> activity)
      : Handle(activity), activity_(std::move(activity)) {}

  auto operator co_await() const noexcept { return detail::ResultAwaiter<Result>{activity_}; }

  /// Asks the server to cancel the activity. How the workflow sees it: `ActivityOptions::cancellation_type`.
  void cancel() const {
    detail::require_writable();
    activity_->cancel({});
  }

 private:
  std::shared_ptr<detail::PendingCommand> activity_;
};

namespace detail {

template <class Result>
Task<Result> execute_activity(std::string_view activity_type, ActivityOptions options, std::vector<Payload> arguments) {
  co_return co_await ActivityHandle<Result>{schedule_activity(activity_type, options, std::move(arguments))};
}

struct StartActivity {
  using Options = const ActivityOptions&;
  template <auto Function>
  static constexpr std::string_view name = registered_name<Function>;
  template <class Result>
  static ActivityHandle<Result> call(std::string_view type, Options options, std::vector<Payload> arguments) {
    return ActivityHandle<Result>{schedule_activity(type, options, std::move(arguments))};
  }
};

struct ExecuteActivity : StartActivity {
  using Options = ActivityOptions;
  template <class Result>
  static Task<Result> call(std::string_view type, Options options, std::vector<Payload> arguments) {
    return execute_activity<Result>(type, std::move(options), std::move(arguments));
  }
};

}  // namespace detail

/// Runs the activity `Function` and gives its result. Lazy: it is scheduled when it is awaited.
/// `co_await execute_activity<greet>({.start_to_close_timeout = 10s}, name)` throws `ActivityError`.
template <auto Function>
inline constexpr detail::TypedCall<detail::ExecuteActivity, Function> execute_activity;

/// Schedules the activity `Function` at once and gives a handle, so that several can run side by side.
template <auto Function>
inline constexpr detail::TypedCall<detail::StartActivity, Function> start_activity;

/// Runs an activity that is known by name only, for one that is written in another language.
template <class Result>
Task<Result> execute_activity_named(std::string activity_type, ActivityOptions options,
                                    std::vector<Payload> arguments) {
  co_return co_await ActivityHandle<Result>{detail::schedule_activity(activity_type, options, std::move(arguments))};
}

/// Schedules such an activity at once and gives a handle.
/// @throws std::invalid_argument when neither timeout is set, std::logic_error outside a workflow.
template <class Result>
ActivityHandle<Result> start_activity_named(std::string_view activity_type, const ActivityOptions& options,
                                            std::vector<Payload> arguments) {
  return ActivityHandle<Result>{detail::schedule_activity(activity_type, options, std::move(arguments))};
}

}  // namespace temporal::workflow
