#pragma once

#include <temporal/common/payload.h>
#include <temporal/workflow/detail/intrusive_list.h>
#include <temporal/workflow/detail/scope.h>
#include <temporal/workflow/detail/waiter.h>
#include <temporal/workflow/task.h>

#include <coroutine>
#include <cstdint>
#include <exception>
#include <memory>
#include <string>
#include <utility>

namespace temporal::workflow::detail {

class Scheduler;

/// Something that comes later: a timer, the outcome of an activity.
///
///   waiting ──resolve──▶ resolved      all who wait enter the run queue
///
/// It is resolved at most once, and any number of coroutines may wait for it. A frame that waits may be destroyed
/// first; then it is not resumed.
class Pending {
 public:
  Pending() = default;
  Pending(const Pending&) = delete;
  Pending& operator=(const Pending&) = delete;
  virtual ~Pending() = default;

  /// For errors: what it is that comes, such as "activity charge".
  [[nodiscard]] virtual std::string subject() const { return "what was awaited"; }

  [[nodiscard]] bool resolved() const noexcept { return resolved_; }
  /// Throws the failure it was resolved with.
  [[nodiscard]] const Payload& result() const {
    if (failure_) std::rethrow_exception(failure_);
    return result_;
  }

  void resolve(Scheduler& scheduler, Payload result = {}, std::exception_ptr failure = nullptr);
  void add(Waiter& waiter) noexcept { waiters_.push_back(waiter); }

 private:
  bool resolved_ = false;
  Payload result_;
  std::exception_ptr failure_;
  IntrusiveList<Waiter> waiters_;
};

/// Awaits a `Pending`.
class PendingAwaiter : public Waiter {
 public:
  explicit PendingAwaiter(std::shared_ptr<Pending> pending) noexcept : pending_(std::move(pending)) {}

  [[nodiscard]] bool await_ready() const noexcept { return pending_->resolved(); }
  void await_suspend(std::coroutine_handle<> frame);
  const Payload& await_resume() const { return pending_->result(); }

 protected:
  [[nodiscard]] const Pending& pending() const noexcept { return *pending_; }

 private:
  std::shared_ptr<Pending> pending_;
};

/// The awaitable over a `Pending`.
class Wait : public Awaitable {
 public:
  explicit Wait(std::shared_ptr<Pending> pending) noexcept : pending_(std::move(pending)) {}
  PendingAwaiter operator co_await() const noexcept { return PendingAwaiter{pending_}; }

 private:
  std::shared_ptr<Pending> pending_;
};

/// A command whose outcome comes in a later activation. `cancel` asks for its cancellation, once; what comes of it
/// depends on the kind.
class PendingCommand : public Pending, public Cancellable {
 public:
  explicit PendingCommand(std::uint32_t sequence) noexcept : sequence(sequence) {}

  const std::uint32_t sequence;  ///< its number among the commands of its kind
  bool outcome_came = false;     ///< with this activation: core has nothing left to cancel, and may refuse to
};

}  // namespace temporal::workflow::detail
