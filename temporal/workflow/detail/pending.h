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
  virtual ~PendingCommand() = default;

  const std::uint32_t sequence;  ///< its number among the commands of its kind
};

}  // namespace temporal::workflow::detail
