#pragma once

#include <temporal/common/log.h>

#include <initializer_list>

/// \file
/// Logging from workflow code.

namespace temporal::workflow {

/// The worker's logger (`WorkerOptions::log`) with the fields `workflow_id`, `run_id`, `workflow_type` and
/// `task_queue`. Silent while the workflow catches up with its history or is evicted: a line is written again only when
/// the task that wrote it failed and is run again. A query writes whenever it is asked. The logger may be kept in the
/// workflow; outside of workflow code it writes nothing. `workflow::logger().info("approved", {{"by", who}});`
/// @throws std::logic_error outside of a workflow.
[[nodiscard]] const Logger& logger();

/// Adds fields to what `logger()` writes from now on; one of the same name is replaced. For interceptors that know more
/// of a run: the trace it belongs to.
/// @throws std::logic_error outside of a workflow.
void add_log_fields(std::initializer_list<LogField> fields);

}  // namespace temporal::workflow
