#include <temporal/converter/failure.h>

#include <temporal/common/errors.h>
#include <temporal/common/type_name.h>
#include <temporal/converter/proto_payload.h>

#include <cxxabi.h>

#include <nlohmann/json.hpp>

#include <memory>
#include <utility>

namespace temporal::converter {
namespace {

namespace enums = temporal::api::enums::v1;
using temporal::api::failure::v1::Failure;
using temporal::detail::type_name;
using FailurePtr = std::shared_ptr<const Failure>;

constexpr int deepest_cause = 32;  // readers of protobuf refuse messages that are nested 100 deep

/// A message's strings have to be UTF-8, what() may be anything.
std::string utf8(const std::string& text) {
  using Json = nlohmann::json;
  return Json::parse(Json(text).dump(-1, ' ', false, Json::error_handler_t::replace)).get<std::string>();
}

Failure convert(const std::exception_ptr& error, int depth);

void set_cause(Failure& failure, const std::exception_ptr& cause, int depth) {
  if (cause && depth < deepest_cause) *failure.mutable_cause() = convert(cause, depth + 1);
}

void set_info(Failure& failure, const ApplicationError& error) {
  auto& info = *failure.mutable_application_failure_info();
  info.set_type(utf8(error.type()));
  info.set_non_retryable(error.non_retryable());
  if (!error.details().empty()) set_payloads(*info.mutable_details(), error.details());
  if (error.next_retry_delay()) set_duration(*info.mutable_next_retry_delay(), *error.next_retry_delay());
  info.set_category(static_cast<enums::ApplicationErrorCategory>(error.category()));
}

void set_info(Failure& failure, const ActivityError& error) {
  const auto& from = error.info();
  auto& info = *failure.mutable_activity_failure_info();
  info.set_scheduled_event_id(from.scheduled_event_id);
  info.set_started_event_id(from.started_event_id);
  info.set_identity(utf8(from.identity));
  info.mutable_activity_type()->set_name(utf8(from.activity_type));
  info.set_activity_id(utf8(from.activity_id));
  info.set_retry_state(static_cast<enums::RetryState>(from.retry_state));
}

void set_info(Failure& failure, const ChildWorkflowError& error) {
  const auto& from = error.info();
  auto& info = *failure.mutable_child_workflow_execution_failure_info();
  info.set_namespace_(utf8(from.namespace_));
  info.mutable_workflow_execution()->set_workflow_id(utf8(from.workflow_id));
  info.mutable_workflow_execution()->set_run_id(utf8(from.run_id));
  info.mutable_workflow_type()->set_name(utf8(from.workflow_type));
  info.set_initiated_event_id(from.initiated_event_id);
  info.set_started_event_id(from.started_event_id);
  info.set_retry_state(static_cast<enums::RetryState>(from.retry_state));
}

void set_info(Failure& failure, const NexusOperationError& error) {
  const auto& from = error.info();
  auto& info = *failure.mutable_nexus_operation_execution_failure_info();
  info.set_scheduled_event_id(from.scheduled_event_id);
  info.set_endpoint(utf8(from.endpoint));
  info.set_service(utf8(from.service));
  info.set_operation(utf8(from.operation));
  info.set_operation_token(utf8(from.operation_token));
}

void set_info(Failure& failure, const FailureError& error) {
  if (const auto* application = dynamic_cast<const ApplicationError*>(&error)) {
    set_info(failure, *application);
  } else if (const auto* cancelled = dynamic_cast<const CancelledError*>(&error)) {
    auto& info = *failure.mutable_canceled_failure_info();
    if (!cancelled->details().empty()) set_payloads(*info.mutable_details(), cancelled->details());
  } else if (dynamic_cast<const TerminatedError*>(&error) != nullptr) {
    failure.mutable_terminated_failure_info();
  } else if (const auto* timeout = dynamic_cast<const TimeoutError*>(&error)) {
    auto& info = *failure.mutable_timeout_failure_info();
    info.set_timeout_type(static_cast<enums::TimeoutType>(timeout->timeout_type()));
    const auto& details = timeout->last_heartbeat_details();
    if (!details.empty()) set_payloads(*info.mutable_last_heartbeat_details(), details);
  } else if (const auto* server = dynamic_cast<const ServerError*>(&error)) {
    failure.mutable_server_failure_info()->set_non_retryable(server->non_retryable());
  } else if (const auto* reset = dynamic_cast<const ResetWorkflowError*>(&error)) {
    auto& info = *failure.mutable_reset_workflow_failure_info();
    const auto& details = reset->last_heartbeat_details();
    if (!details.empty()) set_payloads(*info.mutable_last_heartbeat_details(), details);
  } else if (const auto* activity = dynamic_cast<const ActivityError*>(&error)) {
    set_info(failure, *activity);
  } else if (const auto* child = dynamic_cast<const ChildWorkflowError*>(&error)) {
    set_info(failure, *child);
  } else if (const auto* nexus = dynamic_cast<const NexusOperationError*>(&error)) {
    set_info(failure, *nexus);
  }
}

Failure begin(const std::string& message) {
  Failure failure;
  failure.set_source("CppSDK");
  failure.set_message(utf8(message));
  return failure;
}

Failure convert(const std::exception_ptr& error, int depth) {
  try {
    std::rethrow_exception(error);
  } catch (const FailureError& known) {
    if (known.original()) return *known.original();
    auto failure = begin(known.message());
    failure.set_stack_trace(utf8(known.stack_trace()));
    set_info(failure, known);
    set_cause(failure, known.cause(), depth);
    return failure;
  } catch (const std::exception& other) {
    auto failure = begin(other.what());
    failure.mutable_application_failure_info()->set_type(type_name(typeid(other)));
    if (const auto* ours = dynamic_cast<const Error*>(&other)) {
      set_cause(failure, ours->cause(), depth);
    } else if (const auto* nested = dynamic_cast<const std::nested_exception*>(&other)) {
      set_cause(failure, nested->nested_ptr(), depth);
    }
    return failure;
  } catch (...) {
    auto failure = begin("an exception that is no std::exception");
    const auto* type = abi::__cxa_current_exception_type();
    failure.mutable_application_failure_info()->set_type(type == nullptr ? "unknown" : type_name(*type));
    return failure;
  }
}

template <class E>
std::exception_ptr made(E error, const FailurePtr& original) {
  error.set_original(original);
  return std::make_exception_ptr(std::move(error));
}

std::exception_ptr convert(const FailurePtr& failure) {
  // The cause shares the memory of the whole tree.
  auto cause = failure->has_cause() ? convert(FailurePtr{failure, &failure->cause()}) : nullptr;
  const auto& message = failure->message();
  const auto& trace = failure->stack_trace();
  switch (failure->failure_info_case()) {
    case Failure::kApplicationFailureInfo: {
      const auto& info = failure->application_failure_info();
      ApplicationErrorOptions options{.type = info.type(),
                                      .details = to_payloads(info.details()),
                                      .non_retryable = info.non_retryable(),
                                      .category = static_cast<ErrorCategory>(info.category()),
                                      .cause = std::move(cause),
                                      .stack_trace = trace};
      if (info.has_next_retry_delay()) options.next_retry_delay = to_duration(info.next_retry_delay());
      return made(ApplicationError(message, std::move(options)), failure);
    }
    case Failure::kTimeoutFailureInfo: {
      const auto& info = failure->timeout_failure_info();
      return made(TimeoutError(message, static_cast<TimeoutType>(info.timeout_type()),
                               to_payloads(info.last_heartbeat_details()), std::move(cause), trace),
                  failure);
    }
    case Failure::kCanceledFailureInfo:
      return made(
          CancelledError(message, to_payloads(failure->canceled_failure_info().details()), std::move(cause), trace),
          failure);
    case Failure::kTerminatedFailureInfo:
      return made(TerminatedError(message, std::move(cause), trace), failure);
    case Failure::kServerFailureInfo:
      return made(ServerError(message, failure->server_failure_info().non_retryable(), std::move(cause), trace),
                  failure);
    case Failure::kResetWorkflowFailureInfo:
      return made(
          ResetWorkflowError(message, to_payloads(failure->reset_workflow_failure_info().last_heartbeat_details()),
                             std::move(cause), trace),
          failure);
    case Failure::kActivityFailureInfo: {
      const auto& info = failure->activity_failure_info();
      return made(ActivityError(message,
                                {.activity_type = info.activity_type().name(),
                                 .activity_id = info.activity_id(),
                                 .identity = info.identity(),
                                 .scheduled_event_id = info.scheduled_event_id(),
                                 .started_event_id = info.started_event_id(),
                                 .retry_state = static_cast<RetryState>(info.retry_state())},
                                std::move(cause), trace),
                  failure);
    }
    case Failure::kChildWorkflowExecutionFailureInfo: {
      const auto& info = failure->child_workflow_execution_failure_info();
      return made(ChildWorkflowError(message,
                                     {.namespace_ = info.namespace_(),
                                      .workflow_id = info.workflow_execution().workflow_id(),
                                      .run_id = info.workflow_execution().run_id(),
                                      .workflow_type = info.workflow_type().name(),
                                      .initiated_event_id = info.initiated_event_id(),
                                      .started_event_id = info.started_event_id(),
                                      .retry_state = static_cast<RetryState>(info.retry_state())},
                                     std::move(cause), trace),
                  failure);
    }
    case Failure::kNexusOperationExecutionFailureInfo: {
      const auto& info = failure->nexus_operation_execution_failure_info();
      return made(NexusOperationError(message,
                                      {.scheduled_event_id = info.scheduled_event_id(),
                                       .endpoint = info.endpoint(),
                                       .service = info.service(),
                                       .operation = info.operation(),
                                       .operation_token = info.operation_token()},
                                      std::move(cause), trace),
                  failure);
    }
    default:
      return made(FailureError(message, std::move(cause), trace), failure);
  }
}

}  // namespace

Failure to_failure(const std::exception_ptr& error) { return convert(error, 0); }

std::exception_ptr from_failure(const Failure& failure) { return convert(std::make_shared<const Failure>(failure)); }

}  // namespace temporal::converter
