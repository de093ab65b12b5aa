#include <temporal/workflow/spawn.h>

#include <temporal/common/failure_errors.h>
#include <temporal/workflow/detail/context.h>

namespace temporal::workflow::detail {

void start_routine(Routine routine) {
  auto& scheduler = Context::current().scheduler;
  scheduler.start(routine, scheduler.scope);
}

void SpawnedState::finish(std::exception_ptr failure) {
  failure_ = failure;
  done.resolve(Context::current().scheduler, {}, std::move(failure));
}

SpawnedState::~SpawnedState() {
  // While an exception is on its way, that one tells more.
  if (failure_ && !is_cancellation(failure_) && std::uncaught_exceptions() == 0) {
    Context::current().outcome.fail(failure_);
  }
}

}  // namespace temporal::workflow::detail
