#pragma once

#include <temporal/common/duration.h>

#include <cstdint>
#include <optional>
#include <string>

namespace temporal::client {

enum class WorkflowStatus {
  unspecified,
  running,
  completed,
  failed,
  cancelled,
  terminated,
  continued_as_new,
  timed_out,
  paused,
};

/// What the server knows of a workflow execution.
struct WorkflowDescription {
  std::string id = {};
  std::string run_id = {};
  std::string workflow_type = {};
  std::string task_queue = {};
  WorkflowStatus status = WorkflowStatus::unspecified;
  Timestamp start_time = {};
  std::optional<Timestamp> close_time = {};
  std::int64_t history_length = 0;  ///< number of events
};

/// The events of a workflow execution, for a replayer.
struct WorkflowHistory {
  std::string workflow_id = {};
  std::string run_id = {};
  std::string bytes = {};  ///< a serialized `temporal.api.history.v1.History`
};

}  // namespace temporal::client
