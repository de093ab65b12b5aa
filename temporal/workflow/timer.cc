#include <temporal/workflow/timer.h>

#include <temporal/workflow/detail/context.h>

#include <functional>

namespace temporal::workflow {

using detail::Context;

namespace detail {
namespace {

bool in_order() { return Context::current().facts.in_order(); }

}  // namespace
}  // namespace detail

Timestamp now() { return Context::current().facts.now; }

TimerHandle start_timer(Duration duration, const TimerOptions& options) {
  auto& context = Context::current();
  StartTimerInput input{.duration = duration, .options = options};
  if (auto* const first = context.interception.outbound()) first->start_timer(input);
  detail::require_text("the summary of a timer", input.options.summary);
  return TimerHandle{context.timers.start(input.duration, input.options)};
}

Task<> sleep(Duration duration, TimerOptions options) {
  if (duration > Duration::zero()) co_await start_timer(duration, options);
}

Task<> wait_condition(std::function<bool()> condition) {
  do {
    co_await detail::Condition{condition};
  } while (detail::in_order() && !detail::ask(condition));
}

Task<bool> wait_condition(std::function<bool()> condition, Duration timeout, TimerOptions options) {
  using detail::ask;
  if (ask(condition)) co_return true;
  if (!detail::in_order() && timeout <= Duration::zero()) co_return false;
  const auto timer = start_timer(timeout, options);
  const std::function<bool()> either = [&] { return timer.done() || condition(); };
  do {
    co_await detail::Condition{either};
  } while (detail::in_order() && !ask(either));
  if (ask(condition)) {
    timer.cancel();  // does nothing when it has just fired
    co_return true;
  }
  if (detail::in_order()) co_await timer;  // throws where the scope was cancelled
  co_return false;
}

}  // namespace temporal::workflow
