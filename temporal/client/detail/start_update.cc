#include <temporal/client/detail/errors.h>
#include <temporal/client/detail/session.h>
#include <temporal/client/detail/start_update.h>
#include <temporal/common/errors.h>
#include <temporal/converter/failure.h>
#include <temporal/converter/proto_payload.h>

#include <utility>

namespace temporal::client::detail {
namespace {

UpdateOutcome to_outcome(const temporal::api::update::v1::Outcome& outcome) {
  if (outcome.has_failure()) {
    return {.failure = std::make_exception_ptr(UpdateFailedError(converter::from_failure(outcome.failure())))};
  }
  return {.value = to_result(outcome.success())};
}

/// The update that a response tells of; nothing while no worker has accepted it.
std::optional<StartedUpdate> sent_update(const service::UpdateWorkflowExecutionResponse& response) {
  using temporal::api::enums::v1::UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_ACCEPTED;
  const auto& reference = response.update_ref();
  StartedUpdate update{.workflow_id = reference.workflow_execution().workflow_id(),
                       .run_id = reference.workflow_execution().run_id(),
                       .update_id = reference.update_id()};
  if (response.has_outcome()) {
    update.outcome = to_outcome(response.outcome());
  } else if (response.stage() < UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_ACCEPTED) {
    return std::nullopt;
  }
  return update;
}

/// Looks at an answer. True: it had what was waited for, or an error, and who waits has been told.
using OnAnswer = std::function<bool(const core::Result&)>;

/// A call that is repeated until an answer has it. Repeating is harmless: the ids in the request say that it is the
/// same one.
struct Repeated {
  std::shared_ptr<Session> session;
  std::string method;
  std::shared_ptr<const google::protobuf::MessageLite> request;
  CallKind kind;
  bool (*asks_again)(const core::Error&);
  OnAnswer found;
  std::stop_token given_up;
};

void call_until(const Repeated& call) {
  call.session->call(
      call.method, *call.request, call.kind,
      [call](const core::Result& result) {
        const bool nothing = result.error && call.asks_again(*result.error);
        if (nothing || !call.found(result)) call_until(call);
      },
      call.given_up);
}

using Fail = std::function<void(std::exception_ptr)>;

/// `read` looks at the response; what goes wrong before it is told to `fail`.
template <class Response, class Read, class ToError>
OnAnswer answer(Read read, ToError to_error, Fail fail) {
  return [read = std::move(read), to_error = std::move(to_error), fail = std::move(fail)](const core::Result& result) {
    try {
      if (result.error) std::rethrow_exception(to_error(*result.error));
      return read(parse<Response>(result));
    } catch (...) {
      fail(std::current_exception());
      return true;
    }
  };
}

}  // namespace

void start_update(std::shared_ptr<Session> session, service::UpdateWorkflowExecutionRequest request,
                  OnDone<StartedUpdate> done, std::stop_token given_up) {
  using Response = service::UpdateWorkflowExecutionResponse;
  const auto read = [done](const Response& response) {
    auto update = sent_update(response);
    if (!update) return false;
    done(nullptr, *std::move(update));
    return true;
  };
  call_until(
      {.session = std::move(session),
       .method = "update_workflow_execution",
       .request = std::make_shared<decltype(request)>(std::move(request)),
       .kind = CallKind::update,
       .asks_again = is_timeout,
       .found = answer<Response>(read, to_workflow_error, [done](std::exception_ptr failure) { done(failure, {}); }),
       .given_up = std::move(given_up)});
}

void start_update_with_start(std::shared_ptr<Session> session, service::StartWorkflowExecutionRequest start,
                             service::UpdateWorkflowExecutionRequest update, OnDone<StartedWorkflowWithUpdate> done,
                             std::stop_token given_up) {
  using Response = service::ExecuteMultiOperationResponse;
  const auto id = start.workflow_id();
  const auto read = [id, done](const Response& response) {
    if (response.responses_size() != 2) throw Error("the server did not answer both the start and the update");
    auto update = sent_update(response.responses(1).update_workflow());
    if (!update) return false;
    done(nullptr, {to_started(id, response.responses(0).start_workflow()), *std::move(update)});
    return true;
  };
  call_until({.session = std::move(session),
              .method = "execute_multi_operation",
              .request = std::make_shared<service::ExecuteMultiOperationRequest>(
                  update_with_start_request(std::move(start), std::move(update))),
              .kind = CallKind::update,
              .asks_again = is_timeout,
              .found = answer<Response>(
                  read, [id](const core::Error& error) { return to_start_error(failed_operation(error), id); },
                  [done](std::exception_ptr failure) { done(failure, {}); }),
              .given_up = std::move(given_up)});
}

void await_update(const std::shared_ptr<Session>& session, const StartedUpdate& update, const OnDone<Payload>& done,
                  std::stop_token given_up) {
  using Response = service::PollWorkflowExecutionUpdateResponse;
  const auto read = [done](const Response& response) {
    if (!response.has_outcome()) return false;
    auto outcome = to_outcome(response.outcome());
    done(std::move(outcome.failure), std::move(outcome.value));
    return true;
  };
  call_until({.session = session,
              .method = "poll_workflow_execution_update",
              .request = std::make_shared<service::PollWorkflowExecutionUpdateRequest>(
                  poll_update_request(session->sender(), update)),
              .kind = CallKind::long_poll,
              .asks_again = is_no_answer,
              .found = answer<Response>(read, to_public, [done](std::exception_ptr failure) { done(failure, {}); }),
              .given_up = std::move(given_up)});
}

}  // namespace temporal::client::detail
