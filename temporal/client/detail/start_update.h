#pragma once

#include <temporal/client/detail/requests.h>
#include <temporal/client/detail/typed_call.h>
#include <temporal/client/interceptor.h>

#include <memory>
#include <stop_token>

namespace temporal::client::detail {

/// Sends an update until it has come to the stage that the request waits for.
void start_update(std::shared_ptr<Session> session, service::UpdateWorkflowExecutionRequest request,
                  OnDone<StartedUpdate> done, std::stop_token given_up);

/// Sends a start and an update as one, in the same way.
void start_update_with_start(std::shared_ptr<Session> session, service::StartWorkflowExecutionRequest start,
                             service::UpdateWorkflowExecutionRequest update, OnDone<StartedWorkflowWithUpdate> done,
                             std::stop_token given_up);

/// Waits for the outcome of an update. Outlasts a server that is away.
void await_update(const std::shared_ptr<Session>& session, const StartedUpdate& update, const OnDone<Payload>& done,
                  std::stop_token given_up);

}  // namespace temporal::client::detail
