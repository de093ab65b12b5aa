#pragma once

#include <temporal/workflow/detail/intrusive_list.h>
#include <temporal/workflow/detail/scope.h>
#include <temporal/workflow/detail/waiter.h>
#include <temporal/workflow/task.h>

#include <coroutine>
#include <cstddef>
#include <exception>
#include <memory>
#include <string>
#include <utility>

/// \file
/// Locks for handlers and background tasks that wait while they change the workflow's state: between two awaits no
/// other code of the workflow runs, across an await it may.

namespace temporal::workflow {

/// A number of permits. Who waits for one gets it in the order of asking. Not thread-safe; never leaves its workflow.
///
/// `auto permit = co_await slots.acquire();`
class Semaphore {
 public:
  class [[nodiscard("the permit is given back at once when nobody holds it")]] Permit;
  class Acquisition;

  explicit Semaphore(std::size_t permits) : state_(std::make_shared<State>(permits)) {}
  Semaphore(const Semaphore&) = delete;
  Semaphore& operator=(const Semaphore&) = delete;

  /// Waits for a permit, and gives it back when the `Permit` is destroyed. Throws `CancelledError` when the scope is
  /// cancelled before there is one.
  [[nodiscard]] Acquisition acquire() noexcept;

  /// Permits that nobody holds.
  [[nodiscard]] std::size_t available() const noexcept { return state_->available; }

 private:
  /// Shared with the permits: a background task may hold one when the function that owns the semaphore has ended.
  struct State {
    explicit State(std::size_t permits) noexcept : available(permits) {}
    void release() noexcept;

    std::size_t available;
    detail::IntrusiveList<detail::Waiter> queue = {};
  };

  std::shared_ptr<State> state_;
};

class Semaphore::Permit {
 public:
  Permit(Permit&& other) noexcept = default;
  Permit& operator=(Permit&& other) noexcept {
    std::swap(semaphore_, other.semaphore_);
    return *this;
  }
  ~Permit() {
    if (semaphore_) semaphore_->release();
  }

 private:
  friend class Acquisition;
  explicit Permit(std::shared_ptr<State> semaphore) noexcept : semaphore_(std::move(semaphore)) {}
  std::shared_ptr<State> semaphore_;
};

/// What `acquire` gives to await.
class Semaphore::Acquisition : public detail::Awaitable, public detail::Waiter, public detail::Cancellable {
 public:
  explicit Acquisition(std::shared_ptr<State> semaphore) noexcept : semaphore_(std::move(semaphore)) {}
  ~Acquisition() {
    if (granted_) semaphore_->release();  // the frame went before it could go on
  }

  [[nodiscard]] bool await_ready() noexcept;
  bool await_suspend(std::coroutine_handle<> frame);
  Permit await_resume();

 private:
  friend class Semaphore;
  void on_cancel(const std::string& reason) override;

  std::shared_ptr<State> semaphore_;
  bool granted_ = false;
  std::exception_ptr failure_;
};

inline Semaphore::Acquisition Semaphore::acquire() noexcept { return Acquisition{state_}; }

/// A lock that one coroutine holds at a time; the next is the one that has waited longest.
///
/// ```cpp
/// workflow::Task<> Order::set_address(std::string address) {
///   auto lock = co_await mutex_.lock();
///   co_await workflow::execute_activity<check>({.start_to_close_timeout = 10s}, address);
///   address_ = address;
/// }
/// ```
class Mutex {
 public:
  using Lock = Semaphore::Permit;

  /// Waits for the lock, and gives it back when the `Lock` is destroyed. Throws `CancelledError` when the scope is
  /// cancelled before.
  [[nodiscard]] Semaphore::Acquisition lock() noexcept { return one_.acquire(); }
  [[nodiscard]] bool locked() const noexcept { return one_.available() == 0; }

 private:
  Semaphore one_{1};
};

}  // namespace temporal::workflow
