#include <temporal/lambda/detail/hooks.h>

#include <temporal/lambda/detail/bounded.h>
#include <temporal/lambda/detail/duration_text.h>
#include <temporal/lambda/detail/prepare.h>

#include <algorithm>

namespace temporal::lambda::detail {

bool clean_up(const std::shared_ptr<Clock>& clock, CleanUp what, SteadyTime until, SteadyTime deadline,
              const Logger& log) {
  if (what.hooks.empty() && !what.scope) return true;
  const auto owned = std::make_shared<CleanUp>(std::move(what));
  const bool finished = run_bounded(clock, until, [clock, owned = owned, deadline, log] {
    for (std::size_t i = 0; i < owned->hooks.size(); ++i) {
      try {
        owned->hooks[i](std::max(Duration{deadline - clock->now()}, Duration::zero()));
      } catch (...) {
        log.error("a shutdown hook failed", {{"hook", i + 1}, {"error", to_failure(std::current_exception()).message}});
      }
    }
    owned->scope.reset();
  });
  if (!finished) log.error("shutdown hooks took too long and were abandoned: the process ends after the answer");
  return finished;
}

}  // namespace temporal::lambda::detail
