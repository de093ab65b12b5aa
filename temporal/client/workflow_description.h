#pragma once

#include <temporal/common/duration.h>
#include <temporal/common/payload.h>
#include <temporal/common/priority.h>
#include <temporal/common/search_attributes.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

/// \file
/// What the server tells of a workflow execution.

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

/// Its name, as in `WorkflowStatus::timed_out`: "timed_out".
std::string_view to_string(WorkflowStatus status);

/// Names one run of a workflow.
struct WorkflowExecution {
  std::string workflow_id = {};
  std::string run_id = {};

  bool operator==(const WorkflowExecution&) const = default;
};

/// A workflow execution as the server sees it at a moment.
struct WorkflowDescription {
  std::string id = {};
  std::string run_id = {};
  std::string first_run_id = {};  ///< of the chain of runs that retries and continue-as-new make
  std::string workflow_type = {};
  std::string task_queue = {};
  WorkflowStatus status = WorkflowStatus::unspecified;
  Timestamp start_time = {};
  std::optional<Timestamp> execution_time = {};  ///< of the first workflow task: the start and its delay
  std::optional<Timestamp> close_time = {};
  std::optional<WorkflowExecution> parent = {};  ///< set for a child workflow
  std::optional<WorkflowExecution> root = {};    ///< the workflow at the top of the parents, maybe itself
  Priority priority = {};
  SearchAttributes search_attributes = {};
  std::map<std::string, Payload> memo = {};  ///< read a value with `converter::from_payload`
  std::string static_summary = {};           ///< as given at the start; empty, too, when it is not readable here
  std::string static_details = {};           ///< the same
  std::int64_t history_length = 0;           ///< number of events
  std::int64_t history_size_bytes = 0;
};

/// Events of a workflow execution: all of them, for a replayer, or a page of them.
struct WorkflowHistory {
  std::string workflow_id = {};
  std::string run_id = {};
  std::string bytes = {};  ///< a serialized `temporal.api.history.v1.History`
};

/// Which events a history is read for.
struct HistoryOptions {
  bool wait_new_event = false;    ///< past the last event wait for the next, until the run closes
  bool close_event_only = false;  ///< only the event that ends the run, once there is one
  std::int32_t page_size = 0;     ///< events at most in a page; zero: the server's own size
};

}  // namespace temporal::client
