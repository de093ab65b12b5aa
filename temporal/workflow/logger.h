#pragma once

#include <temporal/common/log.h>

/// \file
/// Logging from workflow code.

namespace temporal::workflow {

/// The worker's logger (`WorkerOptions::log`) with the fields `workflow_id`, `run_id`, `workflow_type` and
/// `task_queue`. Silent while the workflow catches up with its history or is evicted, so that each line is written
/// once. The logger may be kept; outside of its workflow it writes nothing. `workflow::logger().info("approved",
/// {{"by", who}});`
/// @throws std::logic_error outside of a workflow.
[[nodiscard]] const Logger& logger();

}  // namespace temporal::workflow
