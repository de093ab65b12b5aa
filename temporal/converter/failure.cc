#include <temporal/converter/failure.h>

#include <temporal/common/detail/thrown_value.h>
#include <temporal/common/errors.h>
#include <temporal/common/type_name.h>
#include <temporal/common/utf8.h>
#include <temporal/converter/detail/failure_size.h>
#include <temporal/converter/payload_converter.h>
#include <temporal/converter/proto_payload.h>

#include <nlohmann/json.hpp>

#include <memory>
#include <utility>

namespace temporal::converter {
namespace {

namespace enums = temporal::api::enums::v1;
using temporal::api::failure::v1::Failure;
using temporal::detail::type_name;
using FailurePtr = std::shared_ptr<const Failure>;

/// A message's strings have to be UTF-8, what() may be anything.
std::string utf8(const std::string& text) { return temporal::detail::to_valid_utf8(text); }

/// A name or an id, no longer than the server's own may be.
std::string name(const std::string& text) {
  constexpr std::size_t longest = 1000;
  return std::string{temporal::detail::utf8_prefix(utf8(text), longest)};
}

template <class Message>
void set_details(Message* message, const std::vector<Payload>& details) try {
  set_payloads(*message, details);
} catch (const EncodeError&) {
  message->Clear();  // metadata that is not UTF-8: nobody could read the failure
}

void set_info(Failure& failure, const ApplicationError& error) {
  auto& info = *failure.mutable_application_failure_info();
  info.set_type(name(error.type()));
  info.set_non_retryable(error.non_retryable());
  if (!error.details().empty()) set_details(info.mutable_details(), error.details());
  if (error.next_retry_delay()) set_duration(*info.mutable_next_retry_delay(), *error.next_retry_delay());
  info.set_category(static_cast<enums::ApplicationErrorCategory>(error.category()));
}

void set_info(Failure& failure, const ActivityError& error) {
  const auto& from = error.info();
  auto& info = *failure.mutable_activity_failure_info();
  info.set_scheduled_event_id(from.scheduled_event_id);
  info.set_started_event_id(from.started_event_id);
  info.set_identity(name(from.identity));
  info.mutable_activity_type()->set_name(name(from.activity_type));
  info.set_activity_id(name(from.activity_id));
  info.set_retry_state(static_cast<enums::RetryState>(from.retry_state));
}

void set_info(Failure& failure, const ChildWorkflowError& error) {
  const auto& from = error.info();
  auto& info = *failure.mutable_child_workflow_execution_failure_info();
  info.set_namespace_(name(from.namespace_));
  info.mutable_workflow_execution()->set_workflow_id(name(from.workflow_id));
  info.mutable_workflow_execution()->set_run_id(name(from.run_id));
  info.mutable_workflow_type()->set_name(name(from.workflow_type));
  info.set_initiated_event_id(from.initiated_event_id);
  info.set_started_event_id(from.started_event_id);
  info.set_retry_state(static_cast<enums::RetryState>(from.retry_state));
}

void set_info(Failure& failure, const NexusOperationError& error) {
  const auto& from = error.info();
  auto& info = *failure.mutable_nexus_operation_execution_failure_info();
  info.set_scheduled_event_id(from.scheduled_event_id);
  info.set_endpoint(name(from.endpoint));
  info.set_service(name(from.service));
  info.set_operation(name(from.operation));
  info.set_operation_token(name(from.operation_token));
}

void set_info(Failure& failure, const FailureError& error) {
  if (const auto* application = dynamic_cast<const ApplicationError*>(&error)) {
    set_info(failure, *application);
  } else if (const auto* cancelled = dynamic_cast<const CancelledError*>(&error)) {
    auto& info = *failure.mutable_canceled_failure_info();
    if (!cancelled->details().empty()) set_details(info.mutable_details(), cancelled->details());
  } else if (dynamic_cast<const TerminatedError*>(&error) != nullptr) {
    failure.mutable_terminated_failure_info();
  } else if (const auto* timeout = dynamic_cast<const TimeoutError*>(&error)) {
    auto& info = *failure.mutable_timeout_failure_info();
    info.set_timeout_type(static_cast<enums::TimeoutType>(timeout->timeout_type()));
    const auto& details = timeout->last_heartbeat_details();
    if (!details.empty()) set_details(info.mutable_last_heartbeat_details(), details);
  } else if (const auto* server = dynamic_cast<const ServerError*>(&error)) {
    failure.mutable_server_failure_info()->set_non_retryable(server->non_retryable());
  } else if (const auto* reset = dynamic_cast<const ResetWorkflowError*>(&error)) {
    auto& info = *failure.mutable_reset_workflow_failure_info();
    const auto& details = reset->last_heartbeat_details();
    if (!details.empty()) set_details(info.mutable_last_heartbeat_details(), details);
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

/// The failure and what caused it, where the failure does not say so itself.
std::pair<Failure, std::exception_ptr> convert(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const FailureError& known) {
    if (known.original()) return {*known.original(), nullptr};
    auto failure = begin(known.message());
    failure.set_stack_trace(utf8(known.stack_trace()));
    set_info(failure, known);
    return {std::move(failure), known.cause()};
  } catch (const std::exception& other) {
    const auto* ours = dynamic_cast<const Error*>(&other);
    auto failure = begin(ours == nullptr ? other.what() : ours->message());
    failure.mutable_application_failure_info()->set_type(name(type_name(typeid(other))));
    if (ours != nullptr) return {std::move(failure), ours->cause()};
    const auto* nested = dynamic_cast<const std::nested_exception*>(&other);
    return {std::move(failure), nested == nullptr ? nullptr : nested->nested_ptr()};
  } catch (...) {
    const auto thrown = temporal::detail::thrown_value();
    auto failure = begin(thrown.message);
    failure.mutable_application_failure_info()->set_type(name(thrown.type));
    return {std::move(failure), nullptr};
  }
}

/// What a peer moved out of sight (`encode_common_attributes`): as JSON when no codec encrypted it, else it stays away.
struct Texts {
  std::string message = {};
  std::string stack_trace = {};
};
Texts texts_of(const Failure& failure) {
  Texts texts{.message = failure.message(), .stack_trace = failure.stack_trace()};
  if (!failure.has_encoded_attributes()) return texts;
  try {
    const auto attributes = from_payload<nlohmann::json>(to_payload(failure.encoded_attributes()));
    if (!attributes.is_object()) return texts;
    const auto read = [&](const char* key, std::string& text) {
      const auto found = attributes.find(key);
      if (found != attributes.end() && found->is_string()) text = found->get<std::string>();
    };
    read("message", texts.message);
    read("stack_trace", texts.stack_trace);
  } catch (const DecodeError&) {  // NOLINT(bugprone-empty-catch): encrypted
  }
  return texts;
}

template <class E>
std::exception_ptr made(E error, const FailurePtr& original) {
  error.set_original(original);
  return std::make_exception_ptr(std::move(error));
}

std::exception_ptr convert(const FailurePtr& failure) {
  // The cause shares the memory of the whole tree.
  auto cause = failure->has_cause() ? convert(FailurePtr{failure, &failure->cause()}) : nullptr;
  const auto [message, trace] = texts_of(*failure);
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

Failure to_failure(const std::exception_ptr& error) {
  detail::FailureChain chain;
  constexpr int most = 10'000;  // a bound for whoever builds a cycle
  auto next = error;
  for (int i = 0; next && i < most; ++i) {
    auto [failure, cause] = convert(next);
    chain.add(std::move(failure));
    next = cause;
  }
  return std::move(chain).join();
}

std::exception_ptr from_failure(const Failure& failure) { return convert(std::make_shared<const Failure>(failure)); }

}  // namespace temporal::converter
