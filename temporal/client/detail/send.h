#pragma once

#include <temporal/client/detail/outcome.h>
#include <temporal/client/interceptor.h>

#include <memory>

/// \file
/// What becomes of a call when its interceptors have handed it on. What cannot be sent throws a `ConfigurationError`;
/// all else is told to `done`, on a thread of the connection.

namespace temporal::client::detail {

class Session;

void send(const std::shared_ptr<Session>& session, StartWorkflowInput input, OnDone<StartedWorkflow> done);
void send(const std::shared_ptr<Session>& session, UpdateWithStartInput input, OnDone<StartedWorkflowWithUpdate> done);
void send(const std::shared_ptr<Session>& session, SignalWorkflowInput input, OnDone<void> done);
void send(const std::shared_ptr<Session>& session, QueryWorkflowInput input, OnDone<Payload> done);
void send(const std::shared_ptr<Session>& session, StartUpdateInput input, OnDone<StartedUpdate> done);
void send(const std::shared_ptr<Session>& session, CancelWorkflowInput input, OnDone<void> done);
void send(const std::shared_ptr<Session>& session, TerminateWorkflowInput input, OnDone<void> done);
void send(const std::shared_ptr<Session>& session, DescribeWorkflowInput input, OnDone<WorkflowDescription> done);

}  // namespace temporal::client::detail
