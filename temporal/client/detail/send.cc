#include <temporal/client/detail/send.h>

#include <temporal/client/detail/checks.h>
#include <temporal/client/detail/errors.h>
#include <temporal/client/detail/requests.h>
#include <temporal/client/detail/session.h>
#include <temporal/client/detail/start_update.h>
#include <temporal/common/client_errors.h>

#include <utility>

namespace temporal::client::detail {
namespace {

/// For calls that give nothing back.
core::Callback acknowledge(OnDone<void> done) {
  return [done = std::move(done)](const core::Result& result) {
    done(result.error ? to_workflow_error(*result.error) : nullptr);
  };
}

/// For the others: `read` makes what the call gives of the response, `to_error` the failure of an error.
template <class Response, class T, class Read, class ToError>
core::Callback answer(OnDone<T> done, Read read, ToError to_error) {
  return [done = std::move(done), read = std::move(read), to_error = std::move(to_error)](const core::Result& result) {
    if (result.error) return done(to_error(*result.error), {});
    T value;
    try {
      value = read(parse<Response>(result));
    } catch (...) {
      return done(std::current_exception(), {});
    }
    done(nullptr, std::move(value));
  };
}

template <class Response>
core::Callback on_started(std::string id, OnDone<StartedWorkflow> done) {
  return answer<Response, StartedWorkflow>(
      std::move(done), [id](const Response& response) { return to_started(id, response); },
      [id](const core::Error& error) { return to_start_error(error, id); });
}

Payload read_query(const service::QueryWorkflowResponse& response) {
  if (response.has_query_rejected()) throw QueryRejectedError(to_status(response.query_rejected().status()));
  return to_result(response.query_result());
}

}  // namespace

void send(const std::shared_ptr<Session>& session, StartWorkflowInput input, OnDone<StartedWorkflow> done,
          std::stop_token /*given_up*/) {
  validate(input);
  const auto id = input.options.id;
  if (input.signal) {
    session->call("signal_with_start_workflow_execution",
                  signal_with_start_request(session->sender(), std::move(input)), CallKind::normal,
                  on_started<service::SignalWithStartWorkflowExecutionResponse>(id, std::move(done)));
  } else {
    session->call("start_workflow_execution", start_request(session->sender(), std::move(input)), CallKind::normal,
                  on_started<service::StartWorkflowExecutionResponse>(id, std::move(done)));
  }
}

void send(const std::shared_ptr<Session>& session, UpdateWithStartInput input, OnDone<StartedWorkflowWithUpdate> done,
          std::stop_token given_up) {
  validate(input);
  input.update.workflow_id = input.start.options.id;
  input.update.run_id.clear();
  input.update.first_run_id.clear();
  start_update_with_start(session, start_request(session->sender(), std::move(input.start)),
                          update_request(session->sender(), std::move(input.update)), std::move(done),
                          std::move(given_up));
}

void send(const std::shared_ptr<Session>& session, SignalWorkflowInput input, OnDone<void> done,
          std::stop_token /*given_up*/) {
  validate(input);
  session->call("signal_workflow_execution", signal_request(session->sender(), std::move(input)), CallKind::normal,
                acknowledge(std::move(done)));
}

void send(const std::shared_ptr<Session>& session, QueryWorkflowInput input, OnDone<Payload> done,
          std::stop_token /*given_up*/) {
  validate(input);
  session->call("query_workflow", query_request(session->sender(), std::move(input)), CallKind::normal,
                answer<service::QueryWorkflowResponse, Payload>(std::move(done), read_query, to_query_error));
}

void send(const std::shared_ptr<Session>& session, StartUpdateInput input, OnDone<StartedUpdate> done,
          std::stop_token given_up) {
  validate(input);
  start_update(session, update_request(session->sender(), std::move(input)), std::move(done), std::move(given_up));
}

void send(const std::shared_ptr<Session>& session, CancelWorkflowInput input, OnDone<void> done,
          std::stop_token /*given_up*/) {
  validate(input);
  session->call("request_cancel_workflow_execution", cancel_request(session->sender(), std::move(input)),
                CallKind::normal, acknowledge(std::move(done)));
}

void send(const std::shared_ptr<Session>& session, TerminateWorkflowInput input, OnDone<void> done,
          std::stop_token /*given_up*/) {
  validate(input);
  session->call("terminate_workflow_execution", terminate_request(session->sender(), std::move(input)),
                CallKind::normal, acknowledge(std::move(done)));
}

void send(const std::shared_ptr<Session>& session, DescribeWorkflowInput input, OnDone<WorkflowDescription> done,
          std::stop_token /*given_up*/) {
  validate(input);
  session->call("describe_workflow_execution", describe_request(session->sender(), std::move(input)), CallKind::normal,
                answer<service::DescribeWorkflowExecutionResponse, WorkflowDescription>(std::move(done), to_description,
                                                                                        to_workflow_error));
}

}  // namespace temporal::client::detail
