#pragma once

#include <temporal/common/duration.h>
#include <temporal/workflow/detail/handle.h>
#include <temporal/workflow/detail/require_writable.h>
#include <temporal/workflow/task.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>

/// \file
/// Time and waiting, as workflow code sees them. For workflow code alone: each function throws `std::logic_error`
/// outside of a workflow, and one that starts or cancels something also in a query handler or a validator.

namespace temporal::workflow {

/// The workflow's clock: the time of the current workflow task, the same on replay. Stands still between two awaits.
[[nodiscard]] Timestamp now();

/// How a timer is started.
struct TimerOptions {
  std::string summary = {};  ///< one line for the web UI
};

/// A durable timer that runs. Awaiting it throws `CancelledError` when it was cancelled.
class TimerHandle : public detail::Handle {
 public:
  explicit TimerHandle(std::shared_ptr<detail::PendingCommand> timer) noexcept
      : Handle(timer), timer_(std::move(timer)) {}

  auto operator co_await() const noexcept {
    struct Awaiter : detail::PendingAwaiter {
      using PendingAwaiter::PendingAwaiter;
      void await_resume() const { PendingAwaiter::await_resume(); }
    };
    return Awaiter{timer_};
  }

  /// Ends the timer, unless it has fired.
  void cancel() const {
    detail::require_writable();
    timer_->cancel({});
  }

 private:
  std::shared_ptr<detail::PendingCommand> timer_;
};

/// Starts a durable timer, for `when_any`. It has fired when it is started where the duration is zero or less.
/// A timer survives the worker: see https://docs.temporal.io/workflow-execution/timers-delays.
[[nodiscard("a timer that nobody awaits does nothing")]] TimerHandle start_timer(Duration duration,
                                                                                 const TimerOptions& options = {});

/// Waits for a durable timer. Zero or less does not wait. Throws `CancelledError` when its scope is cancelled.
///
/// `co_await workflow::sleep(24h, {.summary = "until the reminder"});`
Task<> sleep(Duration duration, TimerOptions options = {});

/// Waits until `condition` is true, and goes on while it is. It is asked after each step of the workflow and must not
/// change anything: where it tries to, `std::logic_error` is thrown. Throws `CancelledError` when its scope is
/// cancelled first, and what the condition throws.
Task<> wait_condition(std::function<bool()> condition);

/// The same with a limit, which is a durable timer: false when the time is up and the condition is not true. A limit of
/// zero or less does not wait; in a cancelled scope it throws as any other, unless the condition holds.
Task<bool> wait_condition(std::function<bool()> condition, Duration timeout, TimerOptions options = {});

}  // namespace temporal::workflow
