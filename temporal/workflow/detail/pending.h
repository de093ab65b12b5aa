#pragma once

#include <temporal/common/payload.h>
#include <temporal/workflow/task.h>

#include <coroutine>
#include <exception>
#include <functional>
#include <memory>
#include <utility>

namespace temporal::workflow::detail {

/// One thing a workflow waits for: a timer, an activity, a condition.
///
///   waiting ──resolve──▶ resolved ──▶ the waiter, if there is one, enters the run queue
///
/// It is resolved at most once. The frame that waits may be destroyed first; then nothing is resumed.
struct Pending {
  bool resolved = false;
  Payload result = {};
  std::exception_ptr failure = {};
  std::coroutine_handle<> waiter = {};

  void resume() const {
    if (waiter) waiter.resume();
  }
};

/// Awaits a `Pending` that is shared with the workflow's context.
class PendingAwaiter {
 public:
  explicit PendingAwaiter(std::shared_ptr<Pending> pending) noexcept : pending_(std::move(pending)) {}
  PendingAwaiter(const PendingAwaiter&) = delete;
  PendingAwaiter& operator=(const PendingAwaiter&) = delete;
  ~PendingAwaiter() { pending_->waiter = {}; }  // the frame is going: a resolution that comes later finds nobody

  [[nodiscard]] bool await_ready() const noexcept { return pending_->resolved; }
  void await_suspend(std::coroutine_handle<> awaiting) const noexcept { pending_->waiter = awaiting; }
  Payload await_resume() const {
    if (pending_->failure) std::rethrow_exception(pending_->failure);
    return pending_->result;
  }

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

}  // namespace temporal::workflow::detail
