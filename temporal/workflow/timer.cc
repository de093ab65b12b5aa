#include <temporal/workflow/timer.h>

#include <temporal/workflow/detail/context.h>

#include <functional>

namespace temporal::workflow {

using detail::Context;

Timestamp now() { return Context::current().facts.now; }

TimerHandle start_timer(Duration duration, const TimerOptions& options) {
  auto& context = Context::current();
  auto* const first = context.interception.outbound();
  if (first == nullptr) return TimerHandle{context.timers.start(duration, options)};
  StartTimerInput input{.duration = duration, .options = options};
  first->start_timer(input);
  return TimerHandle{context.timers.start(input.duration, input.options)};
}

Task<> sleep(Duration duration, TimerOptions options) {
  if (duration > Duration::zero()) co_await start_timer(duration, options);
}

Task<> wait_condition(std::function<bool()> condition) { co_await detail::Condition{condition}; }

Task<bool> wait_condition(std::function<bool()> condition, Duration timeout, TimerOptions options) {
  if (condition()) co_return true;
  if (timeout <= Duration::zero()) co_return false;
  const auto timer = start_timer(timeout, options);
  const std::function<bool()> either = [&] { return timer.done() || condition(); };
  co_await detail::Condition{either};
  if (!condition()) co_return false;
  timer.cancel();  // does nothing when it has just fired
  co_return true;
}

}  // namespace temporal::workflow
