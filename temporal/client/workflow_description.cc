#include <temporal/client/workflow_description.h>

namespace temporal::client {

std::string_view to_string(WorkflowStatus status) {
  switch (status) {
    case WorkflowStatus::unspecified:
      return "unspecified";
    case WorkflowStatus::running:
      return "running";
    case WorkflowStatus::completed:
      return "completed";
    case WorkflowStatus::failed:
      return "failed";
    case WorkflowStatus::cancelled:
      return "cancelled";
    case WorkflowStatus::terminated:
      return "terminated";
    case WorkflowStatus::continued_as_new:
      return "continued_as_new";
    case WorkflowStatus::timed_out:
      return "timed_out";
    case WorkflowStatus::paused:
      return "paused";
  }
  return "unknown";
}

}  // namespace temporal::client
