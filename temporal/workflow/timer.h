#pragma once

#include <temporal/common/duration.h>
#include <temporal/workflow/task.h>

#include <functional>

/// \file
/// Time and waiting, as workflow code sees them.

namespace temporal::workflow {

/// The workflow's clock: the time of the current workflow task, the same on replay. Stands still between two awaits.
[[nodiscard]] Timestamp now();

/// Waits for a durable timer. Zero or less does not wait. Throws `CancelledError` when the workflow is cancelled.
/// A timer survives the worker: see https://docs.temporal.io/workflow-execution/timers-delays.
Task<> sleep(Duration duration);

/// Waits until `condition` is true. It is asked after each step of the workflow and must not change anything.
/// Throws `CancelledError` when the workflow is cancelled.
Task<> wait_condition(std::function<bool()> condition);

/// The same with a limit: false when the time was up before the condition was true.
Task<bool> wait_condition(std::function<bool()> condition, Duration timeout);

}  // namespace temporal::workflow
