#pragma once

#include <temporal/common/start.h>

#include <functional>
#include <type_traits>
#include <utility>

namespace temporal::lambda::detail {

/// Calls the user's callback; where it is a coroutine, runs it on this thread and waits for its end.
template <class Callback, class... Arguments>
decltype(auto) run_to_end(Callback& callback, Arguments&&... arguments) {
  if constexpr (temporal::detail::is_task<std::invoke_result_t<Callback&, Arguments...>>) {
    return sync_wait(std::invoke(callback, std::forward<Arguments>(arguments)...));
  } else {
    return std::invoke(callback, std::forward<Arguments>(arguments)...);
  }
}

}  // namespace temporal::lambda::detail
