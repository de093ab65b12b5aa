#include <temporal/workflow/spawn.h>

#include <temporal/common/failure_errors.h>
#include <temporal/workflow/detail/context.h>

#include <stdexcept>

namespace temporal::workflow::detail {

void start_routine(Routine routine) {
  auto& scheduler = Context::current().scheduler;
  scheduler.start(routine, scheduler.scope, scheduler.lifetime);
}

void SpawnedState::throw_moved_out() {
  throw std::logic_error("the result of this background task was moved out of it before: await it without std::move");
}

void SpawnedState::finish(std::exception_ptr failure) {
  failure_ = failure;
  done.resolve(Context::current().scheduler, {}, std::move(failure));
}

SpawnedState::~SpawnedState() {
  if (!failure_ || is_cancellation(failure_)) return;
  auto& context = Context::current();
  // While an exception is on its way, that one tells more; while frames are destroyed, the run is about to end.
  const bool later = std::uncaught_exceptions() > 0 || context.commands.closed();
  later ? context.outcome.fail_later(failure_) : context.outcome.fail(failure_);
}

}  // namespace temporal::workflow::detail
