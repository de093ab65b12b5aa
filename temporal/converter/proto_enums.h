#pragma once

#include <temporal/common/workflow_id_policy.h>

#include <temporal/api/enums/v1/workflow.pb.h>

/// \file
/// Enumerations of temporal/common/ and their numbers on the wire. Not public: no header for users includes it.

namespace temporal::converter {

constexpr temporal::api::enums::v1::WorkflowIdReusePolicy to_proto(WorkflowIdReusePolicy policy) {
  using namespace temporal::api::enums::v1;
  switch (policy) {
    case temporal::WorkflowIdReusePolicy::allow_duplicate:
      return WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE;
    case temporal::WorkflowIdReusePolicy::allow_duplicate_failed_only:
      return WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE_FAILED_ONLY;
    case temporal::WorkflowIdReusePolicy::reject_duplicate:
      return WORKFLOW_ID_REUSE_POLICY_REJECT_DUPLICATE;
  }
  return WORKFLOW_ID_REUSE_POLICY_UNSPECIFIED;
}

constexpr temporal::api::enums::v1::WorkflowIdConflictPolicy to_proto(WorkflowIdConflictPolicy policy) {
  using namespace temporal::api::enums::v1;
  switch (policy) {
    case temporal::WorkflowIdConflictPolicy::fail:
      return WORKFLOW_ID_CONFLICT_POLICY_FAIL;
    case temporal::WorkflowIdConflictPolicy::use_existing:
      return WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING;
    case temporal::WorkflowIdConflictPolicy::terminate_existing:
      return WORKFLOW_ID_CONFLICT_POLICY_TERMINATE_EXISTING;
  }
  return WORKFLOW_ID_CONFLICT_POLICY_UNSPECIFIED;
}

}  // namespace temporal::converter
