#pragma once

#include <temporal/client/detail/requests.h>
#include <temporal/client/detail/workflow_ref.h>

#include <memory>

namespace temporal::client::detail {

/// Sends an update and waits for its outcome.
void await_update(std::shared_ptr<Session> session, service::UpdateWorkflowExecutionRequest request, OnOutcome done);

}  // namespace temporal::client::detail
