#pragma once

#include <temporal/workflow/detail/intrusive_list.h>
#include <temporal/workflow/detail/waiter.h>
#include <temporal/workflow/task.h>

#include <coroutine>
#include <cstdint>

namespace temporal::workflow::detail {

/// A coroutine that the workflow runs on its own account: the main function, a handler, a background task. It is given
/// to `Scheduler::start`, and its frame destroys itself when it ends. An exception that leaves it fails the task.
struct Routine {
  struct promise_type : PromiseBase, ListNode<promise_type> {
    Waiter start;
    std::uint64_t number = 0;  ///< counts them in the order of their start

    Routine get_return_object() noexcept { return {Frame::from_promise(*this)}; }
    [[nodiscard]] std::suspend_never final_suspend() const noexcept { return {}; }
    void return_void() const noexcept {}
    void unhandled_exception() const noexcept;
  };
  using Frame = std::coroutine_handle<promise_type>;

  Frame frame;
};

}  // namespace temporal::workflow::detail
