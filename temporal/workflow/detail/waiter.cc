#include <temporal/workflow/detail/waiter.h>

#include <temporal/workflow/detail/context.h>

namespace temporal::workflow::detail {

bool ask(const std::function<bool()>& predicate) {
  auto& context = Context::current();
  if (!context.facts.in_order()) return predicate();
  const Commands::Asking asking{context.commands};
  return predicate();
}

bool Condition::holds() noexcept {
  try {
    return ask(predicate_);
  } catch (...) {
    failure_ = std::current_exception();
    return true;
  }
}

bool Condition::await_suspend(std::coroutine_handle<> frame) {
  auto& scheduler = Context::current().scheduler;
  if (!scheduler.scope->attach(*this)) {
    failure_ = cancelled_error("condition", scheduler.scope->reason());
    return false;
  }
  park(frame, scheduler.scope, scheduler.lifetime);
  scheduler.add(*this);
  return true;
}

void Condition::on_cancel(const std::string& reason) {
  failure_ = cancelled_error("condition", reason);
  ListNode<Condition>::unlink();
  Context::current().scheduler.make_ready(*this);
}

}  // namespace temporal::workflow::detail
