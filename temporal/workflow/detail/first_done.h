#pragma once

#include <temporal/workflow/detail/pending.h>
#include <temporal/workflow/detail/waiter.h>
#include <temporal/workflow/task.h>

#include <coroutine>
#include <cstddef>
#include <memory>
#include <vector>

namespace temporal::workflow::detail {

/// Waits until one of several is resolved, and gives its place: the first in order.
class FirstDone : public Awaitable {
 public:
  explicit FirstDone(std::vector<std::shared_ptr<Pending>> pendings);

  [[nodiscard]] bool await_ready() const noexcept { return first() < pendings_.size(); }
  void await_suspend(std::coroutine_handle<> frame);
  std::size_t await_resume() noexcept {
    waiters_.clear();  // another one may be in the run queue by now
    return first();
  }

 private:
  [[nodiscard]] std::size_t first() const noexcept;

  std::vector<std::shared_ptr<Pending>> pendings_;
  std::vector<Waiter> waiters_;
};

}  // namespace temporal::workflow::detail
