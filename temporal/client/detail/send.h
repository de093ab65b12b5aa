#pragma once

#include <temporal/client/detail/typed_call.h>
#include <temporal/client/interceptor.h>

#include <memory>
#include <stop_token>

/// \file
/// What becomes of a call when its interceptors have handed it on. What cannot be sent throws a `ConfigurationError`;
/// all else is told to `done`, on a thread of the connection. Who gives a call up ends its waiting; what it asks for is
/// sent all the same. An update, which is one call with its waiting, has 5 s from its beginning for that.

namespace temporal::client::detail {

class Session;

void send(const std::shared_ptr<Session>& session, StartWorkflowInput input, OnDone<StartedWorkflow> done,
          std::stop_token given_up);
void send(const std::shared_ptr<Session>& session, UpdateWithStartInput input, OnDone<StartedWorkflowWithUpdate> done,
          std::stop_token given_up);
void send(const std::shared_ptr<Session>& session, SignalWorkflowInput input, OnDone<void> done,
          std::stop_token given_up);
void send(const std::shared_ptr<Session>& session, QueryWorkflowInput input, OnDone<Payload> done,
          std::stop_token given_up);
void send(const std::shared_ptr<Session>& session, StartUpdateInput input, OnDone<StartedUpdate> done,
          std::stop_token given_up);
void send(const std::shared_ptr<Session>& session, CancelWorkflowInput input, OnDone<void> done,
          std::stop_token given_up);
void send(const std::shared_ptr<Session>& session, TerminateWorkflowInput input, OnDone<void> done,
          std::stop_token given_up);
void send(const std::shared_ptr<Session>& session, DescribeWorkflowInput input, OnDone<WorkflowDescription> done,
          std::stop_token given_up);

}  // namespace temporal::client::detail
