#include <temporal/workflow/detail/first_done.h>

#include <temporal/workflow/detail/context.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace temporal::workflow::detail {

FirstDone::FirstDone(std::vector<std::shared_ptr<Pending>> pendings) : pendings_(std::move(pendings)) {
  if (pendings_.empty()) throw std::invalid_argument("when_any needs something to wait for");
}

void FirstDone::await_suspend(std::coroutine_handle<> frame) {
  const auto& scheduler = Context::current().scheduler;
  waiters_ = std::vector<Waiter>(pendings_.size());
  for (std::size_t i = 0; i < pendings_.size(); ++i) {
    waiters_[i].park(frame, scheduler.scope, scheduler.lifetime);
    pendings_[i]->add(waiters_[i]);
  }
}

std::size_t FirstDone::first() const noexcept {
  return static_cast<std::size_t>(
      std::ranges::find_if(pendings_, &Pending::resolved, &std::shared_ptr<Pending>::operator*) - pendings_.begin());
}

}  // namespace temporal::workflow::detail
