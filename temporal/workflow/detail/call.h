#pragma once

#include <temporal/workflow/task.h>

#include <type_traits>

namespace temporal::workflow::detail {

/// Calls a function that returns a task, and keeps the function until the task ends: a lambda's coroutine refers to its
/// captures where the lambda is.
template <class Body>
std::invoke_result_t<Body&> call(Body body) {
  static_assert(is_task<std::invoke_result_t<Body&>>,
                "the function must be a coroutine that returns workflow::Task<…>");
  co_return co_await body();
}

}  // namespace temporal::workflow::detail
