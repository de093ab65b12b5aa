#include <temporal/common/sleep.h>

#include <temporal/common/detail/timer.h>

#include <algorithm>

namespace temporal {
namespace {

/// Longer sleeps end here: adding more to the present time would overflow.
constexpr Duration longest = std::chrono::hours{24} * 36'500;

}  // namespace

Task<bool> sleep_for(Duration duration) {
  const auto stop = co_await this_task::stop_token();
  const detail::Promise<bool> over;
  auto woken = over.future();
  const auto time = std::chrono::steady_clock::now() + std::min(duration, longest);
  const auto timer = detail::call_at(time, [over] { over.set_value(true); });
  const std::stop_callback on_stop{stop, [over] { over.set_value(false); }};
  co_return co_await std::move(woken);
}

}  // namespace temporal
