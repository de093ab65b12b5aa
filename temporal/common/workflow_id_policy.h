#pragma once

namespace temporal {

/// Whether an id may be used again once its workflow has ended.
/// See https://docs.temporal.io/workflow-execution/workflowid-runid#workflow-id-reuse-policy.
enum class WorkflowIdReusePolicy {
  allow_duplicate,
  allow_duplicate_failed_only,  ///< unless it completed
  reject_duplicate,
};

/// What happens when a workflow of this id is running.
/// See https://docs.temporal.io/workflow-execution/workflowid-runid#workflow-id-conflict-policy.
enum class WorkflowIdConflictPolicy {
  fail,                ///< `WorkflowAlreadyStartedError`
  use_existing,        ///< gives a handle to the one that runs
  terminate_existing,  ///< ends it and starts anew
};

}  // namespace temporal
