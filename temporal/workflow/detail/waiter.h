#pragma once

#include <temporal/workflow/detail/intrusive_list.h>
#include <temporal/workflow/detail/scope.h>
#include <temporal/workflow/task.h>

#include <coroutine>
#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <utility>

namespace temporal::workflow::detail {

/// What a coroutine may refer to, and with what it ends: the locals of the main function, or the workflow's object,
/// which is there until the eviction. It hands that on to what it starts.
enum class Lifetime { of_main, of_run };

/// A coroutine that waits. Lives in its frame, and is in the list of what it waits for or in the run queue.
class Waiter : public ListNode<Waiter> {
 public:
  void park(std::coroutine_handle<> frame, std::shared_ptr<Scope> scope, Lifetime lifetime) noexcept {
    frame_ = frame;
    scope_ = std::move(scope);
    lifetime_ = lifetime;
  }
  /// The scope in which it suspended and goes on.
  [[nodiscard]] const std::shared_ptr<Scope>& scope() const noexcept { return scope_; }
  [[nodiscard]] Lifetime lifetime() const noexcept { return lifetime_; }
  void resume() const { frame_.resume(); }

 private:
  std::coroutine_handle<> frame_;
  std::shared_ptr<Scope> scope_;
  Lifetime lifetime_ = Lifetime::of_main;
};

/// Asks a predicate of the user, which must not change anything: how often it is asked is in no history.
bool ask(const std::function<bool()>& predicate);

/// Waits until a predicate was true once; another coroutine may have gone on since. Awaiting it throws what the
/// predicate throws, and `CancelledError` when its scope is cancelled.
class Condition : public Awaitable, public Waiter, public Cancellable, public ListNode<Condition> {
 public:
  explicit Condition(const std::function<bool()>& predicate) : predicate_(predicate) {}

  /// True when the one that waits should go on.
  [[nodiscard]] bool holds() noexcept;

  [[nodiscard]] bool await_ready() noexcept { return holds(); }
  bool await_suspend(std::coroutine_handle<> frame);
  void await_resume() const {
    if (failure_) std::rethrow_exception(failure_);
  }

 private:
  void on_cancel(const std::string& reason) override;

  const std::function<bool()>& predicate_;
  std::exception_ptr failure_;
};

}  // namespace temporal::workflow::detail
