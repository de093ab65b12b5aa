#pragma once

#include <temporal/workflow/detail/call.h>
#include <temporal/workflow/detail/entered_scope.h>
#include <temporal/workflow/detail/require_writable.h>
#include <temporal/workflow/detail/scope.h>
#include <temporal/workflow/task.h>

#include <concepts>
#include <memory>
#include <string>
#include <utility>

/// \file
/// Cancellation, as workflow code asks for it and keeps it away.
/// See https://docs.temporal.io/develop/python/cancellation for what a cancellation of a workflow is.

namespace temporal::workflow {

/// A part of a workflow that can be cancelled on its own. What is started in it (timers, activities, children, scopes)
/// and what waits in it (conditions, locks) is cancelled with it. Each workflow has a scope around all of its code,
/// which a cancellation of the workflow cancels; a new scope is inside the current one, and cancelled with it.
///
/// ```cpp
/// workflow::CancellationScope booking;
/// auto hotel = workflow::spawn(booking.run(book_hotel(trip)));
/// if (!co_await workflow::wait_condition([&] { return confirmed; }, 1h)) booking.cancel("not confirmed in time");
/// ```
///
/// Cancelled work ends with `CancelledError`, or with an error that has one as its cause: see `is_cancellation`. What
/// is started in a scope that is cancelled already ends so at once, and no command is sent for it.
///
/// Copies are the same scope. Not thread-safe; never leaves its workflow.
class CancellationScope {
 public:
  /// A scope inside the current one. Throws `std::logic_error` outside of a workflow.
  CancellationScope() : scope_(detail::Scope::child_of(detail::current_scope())) {}

  /// A scope that no scope around it cancels, and neither does a cancellation of the workflow.
  static CancellationScope shielded() {
    return CancellationScope{detail::Scope::independent(detail::current_scope()->update())};
  }

  /// Runs a task, or a function that returns one, in this scope. Lazy, as every task.
  template <class T>
  Task<T> run(Task<T> task) const {
    return detail::run_in(scope_, std::move(task));
  }
  template <std::invocable Body>
  std::invoke_result_t<Body&> run(Body body) const {
    return detail::run_in(scope_, detail::call(std::move(body)));
  }

  /// Cancels what is in the scope, in the order in which it was started. The first call counts. Throws
  /// `std::logic_error` outside of a workflow, and in a query handler or a validator.
  void cancel(const std::string& reason = {}) const {
    detail::require_writable();
    detail::require_text("the reason of a cancellation", reason);
    scope_->request_cancel(reason);
  }

  [[nodiscard]] bool cancellation_requested() const noexcept { return scope_->cancelled(); }
  /// Why, as the one who cancelled it says. Empty when it is not known.
  [[nodiscard]] const std::string& cancellation_reason() const noexcept { return scope_->reason(); }

 private:
  explicit CancellationScope(std::shared_ptr<detail::Scope> scope) noexcept : scope_(std::move(scope)) {}
  std::shared_ptr<detail::Scope> scope_;
};

/// Runs a task, or a function that returns one, in a shielded scope: for clean-up after a cancellation.
///
/// ```cpp
/// bool cancelled = false;
/// try {
///   co_await workflow::execute_activity<charge>(options, order);
/// } catch (const ActivityError& error) {
///   if (!is_cancellation(std::current_exception())) throw;
///   cancelled = true;  // C++ does not await inside of a catch block
/// }
/// if (cancelled) co_await workflow::shielded(workflow::execute_activity<refund>(options, order));
/// ```
template <class Work>
auto shielded(Work work) {
  return CancellationScope::shielded().run(std::move(work));
}

/// Cancellation of this workflow has been requested. Throws `std::logic_error` outside of a workflow.
[[nodiscard]] bool cancellation_requested();

/// Why, as the one who requested it says. Empty when it is not known. Throws `std::logic_error` outside of a workflow.
[[nodiscard]] const std::string& cancellation_reason();

}  // namespace temporal::workflow
