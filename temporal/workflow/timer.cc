#include <temporal/workflow/detail/context.h>
#include <temporal/workflow/timer.h>

#include <memory>
#include <utility>

namespace temporal::workflow {

using detail::Context;

Timestamp now() { return Context::current().now; }

Task<> sleep(Duration duration) {
  if (duration > Duration::zero()) co_await detail::Wait{Context::current().start_timer(duration).pending};
}

Task<> wait_condition(std::function<bool()> condition) {
  if (!condition()) co_await detail::Wait{Context::current().wait_for(std::move(condition))};
}

Task<bool> wait_condition(std::function<bool()> condition, Duration timeout) {
  if (condition()) co_return true;
  if (timeout <= Duration::zero()) co_return false;
  auto& context = Context::current();
  const auto timer = context.start_timer(timeout);
  co_await detail::Wait{context.wait_for([&] { return timer.pending->resolved || condition(); })};
  if (!condition()) co_return false;
  context.cancel_timer(timer.sequence);  // does nothing when it has just fired
  co_return true;
}

}  // namespace temporal::workflow
