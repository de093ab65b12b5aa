#include <temporal/workflow/semaphore.h>

#include <temporal/workflow/detail/context.h>

namespace temporal::workflow {

using detail::Context;

void Semaphore::State::release() noexcept {
  if (queue.empty()) {
    ++available;
    return;
  }
  // Handed over, so that nobody who asks later comes first.
  auto& next = static_cast<Acquisition&>(queue.front());
  next.granted_ = true;
  next.detach();
  Context::current().scheduler.make_ready(next);
}

bool Semaphore::Acquisition::await_ready() noexcept {
  if (semaphore_->available == 0) return false;
  --semaphore_->available;
  return granted_ = true;
}

bool Semaphore::Acquisition::await_suspend(std::coroutine_handle<> frame) {
  const auto& scheduler = Context::current().scheduler;
  if (!scheduler.scope->attach(*this)) {
    failure_ = detail::cancelled_error("wait for a lock", scheduler.scope->reason());
    return false;
  }
  park(frame, scheduler.scope, scheduler.lifetime);
  semaphore_->queue.push_back(*this);
  return true;
}

Semaphore::Permit Semaphore::Acquisition::await_resume() {
  if (failure_) std::rethrow_exception(failure_);
  granted_ = false;
  return Permit{semaphore_};
}

void Semaphore::Acquisition::on_cancel(const std::string& reason) {
  failure_ = detail::cancelled_error("wait for a lock", reason);
  Context::current().scheduler.make_ready(*this);
}

}  // namespace temporal::workflow
