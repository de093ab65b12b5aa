#pragma once

#include <temporal/lambda/detail/clock.h>

#include <functional>
#include <memory>

namespace temporal::lambda::detail {

/// Runs `work` on a thread of its own and waits for it until `until`. An exception of `work` is thrown here.
/// @return false when it still runs. Its thread is left alone then: it owns `work`, and the process has to exit soon.
bool run_bounded(const std::shared_ptr<Clock>& clock, std::chrono::steady_clock::time_point until,
                 std::function<void()> work);

}  // namespace temporal::lambda::detail
