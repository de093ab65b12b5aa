#include <temporal/client/async_activity_handle.h>

#include <temporal/client/detail/checks.h>
#include <temporal/client/detail/errors.h>
#include <temporal/client/detail/session.h>
#include <temporal/common/client_errors.h>
#include <temporal/common/type_name.h>
#include <temporal/converter/activity_failure.h>
#include <temporal/converter/proto_payload.h>

#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <stdexcept>

namespace temporal::client {
namespace {

namespace service = temporal::api::workflowservice::v1;

/// Each call exists twice, by token and by ids. `fill` sets what the two have in common.
template <class ByToken, class ById, class Fill>
void call(const detail::Session& session, const AsyncActivityKey& key, std::string method, const Fill& fill,
          core::Callback done) {
  const auto send = [&](auto request, const std::string& name) {
    request.set_namespace_(session.sender().namespace_);
    request.set_identity(session.sender().identity);
    fill(request);
    session.call(name, request, detail::CallKind::normal, std::move(done));
  };
  if (key.task_token.empty() && key.activity_id.empty()) {
    throw ConfigurationError("AsyncActivityHandle: neither the task token nor the activity id is set");
  }
  if (!key.task_token.empty()) {
    ByToken request;
    request.set_task_token(key.task_token);
    send(std::move(request), method);
  } else {
    detail::Check{}
        .name("workflow id", key.workflow_id)
        .text("run id", key.run_id)
        .name("activity id", key.activity_id);
    ById request;
    request.set_workflow_id(key.workflow_id);
    request.set_run_id(key.run_id);
    request.set_activity_id(key.activity_id);
    send(std::move(request), method + "_by_id");
  }
}

core::Callback acknowledge(const temporal::detail::Promise<void>& promise) {
  return [promise](const core::Result& result) {
    if (result.error) return promise.set_exception(detail::to_public(*result.error));
    promise.set_value();
  };
}

}  // namespace

std::exception_ptr detail::whole(const std::exception& error) {
  return std::make_exception_ptr(ApplicationError{error.what(), {.type = temporal::detail::type_name(typeid(error))}});
}

Future<void> AsyncActivityHandle::complete_with(Payload result) const {
  const temporal::detail::Promise<void> promise;
  call<service::RespondActivityTaskCompletedRequest, service::RespondActivityTaskCompletedByIdRequest>(
      *session_, key_, "respond_activity_task_completed",
      [&](auto& request) { converter::set_payloads(*request.mutable_result(), {std::move(result)}); },
      acknowledge(promise));
  return promise.future();
}

Future<void> AsyncActivityHandle::fail(const std::exception_ptr& error) const {
  if (!error) throw std::invalid_argument{"AsyncActivityHandle::fail: there is no error: the pointer is null"};
  const temporal::detail::Promise<void> promise;
  call<service::RespondActivityTaskFailedRequest, service::RespondActivityTaskFailedByIdRequest>(
      *session_, key_, "respond_activity_task_failed",
      [&](auto& request) { *request.mutable_failure() = converter::to_activity_failure(error); }, acknowledge(promise));
  return promise.future();
}

Future<AsyncActivityStatus> AsyncActivityHandle::heartbeat_with(std::vector<Payload> details) const {
  const temporal::detail::Promise<AsyncActivityStatus> promise;
  call<service::RecordActivityTaskHeartbeatRequest, service::RecordActivityTaskHeartbeatByIdRequest>(
      *session_, key_, "record_activity_task_heartbeat",
      [&](auto& request) { converter::set_payloads(*request.mutable_details(), std::move(details)); },
      [promise](const core::Result& result) {
        if (result.error) return promise.set_exception(detail::to_public(*result.error));
        promise.settle([result] {
          // The answer to the other form has the same fields under the same numbers.
          const auto answer = detail::parse<service::RecordActivityTaskHeartbeatResponse>(result);
          return AsyncActivityStatus{.cancel_requested = answer.cancel_requested(),
                                     .paused = answer.activity_paused(),
                                     .reset = answer.activity_reset()};
        });
      });
  return promise.future();
}

Future<void> AsyncActivityHandle::report_cancellation_with(std::vector<Payload> details) const {
  const temporal::detail::Promise<void> promise;
  call<service::RespondActivityTaskCanceledRequest, service::RespondActivityTaskCanceledByIdRequest>(
      *session_, key_, "respond_activity_task_canceled",
      [&](auto& request) { converter::set_payloads(*request.mutable_details(), std::move(details)); },
      acknowledge(promise));
  return promise.future();
}

}  // namespace temporal::client
