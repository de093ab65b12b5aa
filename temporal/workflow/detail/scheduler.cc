#include <temporal/workflow/detail/scheduler.h>

#include <utility>

namespace temporal::workflow::detail {

void Scheduler::start(Routine routine, std::shared_ptr<Scope> scope) {
  auto& promise = routine.frame.promise();
  routines_.push_back(promise);
  promise.start.park(routine.frame, std::move(scope));
  make_ready(promise.start);
}

void Scheduler::run_until_blocked() {
  do {
    while (!ready_.empty() && !failure_) {
      auto& waiter = ready_.front();
      waiter.unlink();
      scope = waiter.scope();
      waiter.resume();
    }
    if (failure_) std::rethrow_exception(failure_);
    make_conditions_ready();
  } while (!ready_.empty());
}

void Scheduler::fail_task(std::exception_ptr failure) noexcept {
  if (!failure_) failure_ = std::move(failure);
}

void Scheduler::make_conditions_ready() {
  conditions_.for_each([this](Condition& condition) {
    if (!condition.holds()) return;
    condition.detach();
    condition.ListNode<Condition>::unlink();
    make_ready(condition);
  });
}

void Scheduler::destroy_routines() noexcept {
  while (!routines_.empty()) {
    Routine::Frame::from_promise(routines_.back()).destroy();  // what it runs is a task, which lets nothing out
  }
}

}  // namespace temporal::workflow::detail
