#include <temporal/workflow/detail/pending.h>

#include <temporal/workflow/detail/context.h>
#include <temporal/workflow/detail/result.h>

namespace temporal::workflow::detail {

void Pending::resolve(Scheduler& scheduler, Payload result, std::exception_ptr failure) {
  resolved_ = true;
  result_ = std::move(result);
  failure_ = std::move(failure);
  waiters_.for_each([&](Waiter& waiter) { scheduler.make_ready(waiter); });
}

void throw_decode_error(const Pending& pending, const DecodeError& error) {
  throw DecodeError{"the result of " + pending.subject() + ": " + error.what(), error.info(), error.cause()};
}

void PendingAwaiter::await_suspend(std::coroutine_handle<> frame) {
  const auto& scheduler = Context::current().scheduler;
  park(frame, scheduler.scope, scheduler.lifetime);
  pending_->add(*this);
}

}  // namespace temporal::workflow::detail
