#include <temporal/workflow/detail/routine.h>

#include <temporal/workflow/detail/context.h>

namespace temporal::workflow::detail {

void Routine::promise_type::unhandled_exception() const noexcept {
  Context::current().scheduler.fail_task(std::current_exception());
}

}  // namespace temporal::workflow::detail
