#pragma once

#include <temporal/common/duration.h>
#include <temporal/common/payload.h>
#include <temporal/common/registered_name.h>
#include <temporal/common/retry_policy.h>
#include <temporal/workflow/activity.h>
#include <temporal/workflow/detail/handle.h>
#include <temporal/workflow/detail/pending.h>
#include <temporal/workflow/detail/require_writable.h>
#include <temporal/workflow/detail/result.h>
#include <temporal/workflow/detail/scope.h>
#include <temporal/workflow/detail/typed_call.h>
#include <temporal/workflow/task.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// \file
/// Local activities: short ones that run in the worker of their workflow, within its workflow task. They cost no task
/// of their own, and run again when that worker is lost. See https://docs.temporal.io/local-activity. Handles
/// are not thread-safe and never leave their workflow; cancelling one throws `std::logic_error` outside of a
/// workflow, and in a query handler or a validator.

namespace temporal::workflow {

/// How a local activity is run. One of `start_to_close_timeout` and `schedule_to_close_timeout` is required.
struct LocalActivityOptions {
  std::optional<Duration> start_to_close_timeout = {};     ///< longest single attempt
  std::optional<Duration> schedule_to_close_timeout = {};  ///< longest time over all attempts
  std::optional<Duration> schedule_to_start_timeout = {};  ///< longest wait for a slot of the worker; not retried
  std::optional<RetryPolicy> retry_policy = {};            ///< retry for ever when not chosen
  /// A wait before a retry that is longer than this is a durable timer; a shorter one keeps the workflow task open.
  std::optional<Duration> local_retry_threshold = {};  ///< one minute when not chosen
  std::string activity_id = {};                        ///< a running number when empty
  std::string summary = {};                            ///< one line for the web UI
  ActivityCancellationType cancellation_type = ActivityCancellationType::try_cancel;
};

namespace detail {

/// A local activity with all its attempts, and the scope in which they and the timers between them run.
struct LocalActivity : Pending {
  explicit LocalActivity(std::string type) : type(std::move(type)) {}
  [[nodiscard]] std::string subject() const override { return "local activity " + type; }

  const std::string type;
  std::shared_ptr<Scope> scope;
};

/// @throws std::invalid_argument when neither timeout is set, std::logic_error outside a workflow.
std::shared_ptr<LocalActivity> schedule_local_activity(std::string_view activity_type, LocalActivityOptions options,
                                                       std::vector<Payload> arguments);

}  // namespace detail

/// A running local activity. Await it for its result, or ask to cancel it.
/// Awaiting throws `ActivityError`, whose cause says what went wrong. Awaiting twice gives the result twice.
template <class Result>
class [[nodiscard("an activity that nobody awaits can fail unseen")]] LocalActivityHandle : public detail::Handle {
 public:
  explicit LocalActivityHandle(std::shared_ptr<detail::LocalActivity> activity) noexcept
      : Handle(activity), activity_(std::move(activity)) {}

  auto operator co_await() const noexcept { return detail::ResultAwaiter<Result>{activity_}; }

  /// Asks the activity to stop. How the workflow sees it: `LocalActivityOptions::cancellation_type`.
  void cancel(const std::string& reason = {}) const {
    detail::require_writable();
    detail::require_text("the reason of a cancellation", reason);
    activity_->scope->request_cancel(reason);
  }

 private:
  std::shared_ptr<detail::LocalActivity> activity_;
};

/// Starts a local activity that is known by name only.
template <class Result>
LocalActivityHandle<Result> start_local_activity_named(std::string_view activity_type, LocalActivityOptions options,
                                                       std::vector<Payload> arguments) {
  return LocalActivityHandle<Result>{
      detail::schedule_local_activity(activity_type, std::move(options), std::move(arguments))};
}

/// Runs a local activity that is known by name only.
template <class Result>
Task<Result> execute_local_activity_named(std::string activity_type, LocalActivityOptions options,
                                          std::vector<Payload> arguments) {
  co_return co_await start_local_activity_named<Result>(activity_type, std::move(options), std::move(arguments));
}

namespace detail {

struct StartLocalActivity {
  using Options = LocalActivityOptions;
  template <auto Function>
  static constexpr std::string_view name = registered_name<Function>;
  template <class Result>
  static LocalActivityHandle<Result> call(std::string_view type, Options options, std::vector<Payload> arguments) {
    return start_local_activity_named<Result>(type, std::move(options), std::move(arguments));
  }
};

struct ExecuteLocalActivity : StartLocalActivity {
  template <class Result>
  static Task<Result> call(std::string_view type, Options options, std::vector<Payload> arguments) {
    return execute_local_activity_named<Result>(std::string{type}, std::move(options), std::move(arguments));
  }
};

}  // namespace detail

/// Runs the activity `Function` in this worker and gives its result. Lazy: it is scheduled when it is awaited.
/// `co_await execute_local_activity<greet>({.start_to_close_timeout = 1s}, name)` throws `ActivityError`.
template <auto Function>
inline constexpr detail::TypedCall<detail::ExecuteLocalActivity, Function> execute_local_activity;

/// Starts the local activity `Function` at once and gives a handle, so that several can run side by side.
template <auto Function>
inline constexpr detail::TypedCall<detail::StartLocalActivity, Function> start_local_activity;

}  // namespace temporal::workflow
