#pragma once

#include <temporal/common/duration.h>
#include <temporal/common/task.h>

namespace temporal {

/// Waits without holding a thread: `co_await sleep_for(1s)`. For workflow code there is `workflow::sleep`.
/// @return false when a stop was requested before the time was over.
Task<bool> sleep_for(Duration duration);

}  // namespace temporal
