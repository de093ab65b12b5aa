#pragma once

#include <temporal/client/detail/requests.h>
#include <temporal/client/detail/workflow_update.h>
#include <temporal/client/interceptor.h>

#include <memory>

namespace temporal::client::detail {

/// Sends an update until it has come to the stage that the request waits for.
void start_update(std::shared_ptr<Session> session, service::UpdateWorkflowExecutionRequest request,
                  OnDone<StartedUpdate> done);

/// Sends a start and an update as one, in the same way.
void start_update_with_start(std::shared_ptr<Session> session, service::StartWorkflowExecutionRequest start,
                             service::UpdateWorkflowExecutionRequest update, OnDone<StartedWorkflowWithUpdate> done);

/// The update that was started, for a handle.
WorkflowUpdate to_update(std::shared_ptr<Session> session, StartedUpdate started);

/// Waits for the outcome of an update.
void await_update(const std::shared_ptr<Session>& session, const UpdateKey& update, const OnOutcome& done);

}  // namespace temporal::client::detail
