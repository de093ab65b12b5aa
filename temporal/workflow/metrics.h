#pragma once

#include <temporal/common/metrics.h>

/// \file
/// Metrics from workflow code.

namespace temporal::workflow {

/// Metrics that go where the worker's go, with the attributes `namespace`, `task_queue` and `workflow_type`. Nothing is
/// recorded while the workflow catches up with its history or is evicted: a value counts again only when the task that
/// recorded it failed and is run again. A query records whenever it is asked. The meter and its instruments may be kept
/// in the workflow; outside of workflow code they record nothing.
/// `workflow::metrics().counter("approved").add(1);`
/// @throws std::logic_error outside of a workflow.
[[nodiscard]] const Meter& metrics();

}  // namespace temporal::workflow
