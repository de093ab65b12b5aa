#include <temporal/client/detail/requests.h>

#include <temporal/client/detail/uuid.h>
#include <temporal/common/client_errors.h>
#include <temporal/converter/payload_converter.h>
#include <temporal/converter/proto_enums.h>
#include <temporal/converter/proto_payload.h>
#include <temporal/converter/search_attributes.h>

#include <utility>

namespace temporal::client::detail {
namespace {

namespace enums = temporal::api::enums::v1;

enums::QueryRejectCondition to_proto(QueryRejectCondition condition) {
  switch (condition) {
    case QueryRejectCondition::none:
      return enums::QUERY_REJECT_CONDITION_NONE;
    case QueryRejectCondition::not_open:
      return enums::QUERY_REJECT_CONDITION_NOT_OPEN;
    case QueryRejectCondition::not_completed_cleanly:
      return enums::QUERY_REJECT_CONDITION_NOT_COMPLETED_CLEANLY;
  }
  return enums::QUERY_REJECT_CONDITION_UNSPECIFIED;
}

/// The execution that a call goes to.
template <class Input>
void set_execution(temporal::api::common::v1::WorkflowExecution& execution, Input& input) {
  execution.set_workflow_id(std::move(input.workflow_id));
  execution.set_run_id(std::move(input.run_id));
}

/// A message that has none if there are none.
template <class Message>
void set_headers(Message& message, Headers headers) {
  if (!headers.empty()) converter::set_payload_map(*message.mutable_header()->mutable_fields(), std::move(headers));
}

/// A start, alone or with a signal: two messages with the same fields.
template <class Request>
Request start(const Sender& sender, StartWorkflowInput input) {
  using converter::set_duration;
  const auto& options = input.options;
  Request request;
  request.set_namespace_(sender.namespace_);
  request.set_identity(sender.identity);
  request.set_request_id(options.request_id ? *options.request_id : random_uuid());
  request.set_workflow_id(options.id);
  request.mutable_workflow_type()->set_name(std::move(input.workflow_type));
  request.mutable_task_queue()->set_name(options.task_queue);
  if (!input.arguments.empty()) converter::set_payloads(*request.mutable_input(), std::move(input.arguments));
  set_headers(request, std::move(input.headers));
  if (options.execution_timeout)
    set_duration(*request.mutable_workflow_execution_timeout(), *options.execution_timeout);
  if (options.run_timeout) set_duration(*request.mutable_workflow_run_timeout(), *options.run_timeout);
  if (options.task_timeout) set_duration(*request.mutable_workflow_task_timeout(), *options.task_timeout);
  if (options.start_delay) set_duration(*request.mutable_workflow_start_delay(), *options.start_delay);
  if (!options.cron_schedule.empty()) request.set_cron_schedule(options.cron_schedule);
  if (options.retry_policy) *request.mutable_retry_policy() = converter::to_proto(*options.retry_policy);
  if (options.id_reuse_policy) request.set_workflow_id_reuse_policy(converter::to_proto(*options.id_reuse_policy));
  if (options.id_conflict_policy)
    request.set_workflow_id_conflict_policy(converter::to_proto(*options.id_conflict_policy));
  if (options.priority != Priority{}) *request.mutable_priority() = converter::to_proto(options.priority);
  if (!options.search_attributes.empty()) {
    *request.mutable_search_attributes() = converter::to_proto(options.search_attributes);
  }
  if (!options.memo.empty()) converter::set_payload_map(*request.mutable_memo()->mutable_fields(), options.memo);
  if (!options.static_summary.empty()) {
    *request.mutable_user_metadata()->mutable_summary() =
        converter::to_proto(converter::to_payload(options.static_summary));
  }
  if (!options.static_details.empty()) {
    *request.mutable_user_metadata()->mutable_details() =
        converter::to_proto(converter::to_payload(options.static_details));
  }
  return request;
}

}  // namespace

service::StartWorkflowExecutionRequest start_request(const Sender& sender, StartWorkflowInput input) {
  return start<service::StartWorkflowExecutionRequest>(sender, std::move(input));
}

service::SignalWithStartWorkflowExecutionRequest signal_with_start_request(const Sender& sender,
                                                                           StartWorkflowInput input) {
  auto signal = std::move(input.signal).value();
  auto request = start<service::SignalWithStartWorkflowExecutionRequest>(sender, std::move(input));
  request.set_signal_name(std::move(signal.name));
  if (!signal.arguments.empty()) converter::set_payloads(*request.mutable_signal_input(), std::move(signal.arguments));
  return request;
}

service::ExecuteMultiOperationRequest update_with_start_request(service::StartWorkflowExecutionRequest start,
                                                                service::UpdateWorkflowExecutionRequest update) {
  service::ExecuteMultiOperationRequest request;
  request.set_namespace_(start.namespace_());
  request.set_resource_id(start.workflow_id());
  *request.add_operations()->mutable_start_workflow() = std::move(start);
  *request.add_operations()->mutable_update_workflow() = std::move(update);
  return request;
}

service::GetWorkflowExecutionHistoryRequest close_event_request(const Sender& sender, const std::string& id,
                                                                const std::string& run_id) {
  service::GetWorkflowExecutionHistoryRequest request;
  request.set_namespace_(sender.namespace_);
  request.mutable_execution()->set_workflow_id(id);
  request.mutable_execution()->set_run_id(run_id);
  request.set_wait_new_event(true);
  request.set_history_event_filter_type(enums::HISTORY_EVENT_FILTER_TYPE_CLOSE_EVENT);
  request.set_skip_archival(true);
  return request;
}

service::GetWorkflowExecutionHistoryRequest history_request(const Sender& sender, const WorkflowKey& key,
                                                            const HistoryOptions& options) {
  service::GetWorkflowExecutionHistoryRequest request;
  request.set_namespace_(sender.namespace_);
  request.mutable_execution()->set_workflow_id(key.id);
  request.mutable_execution()->set_run_id(key.run_id);
  request.set_wait_new_event(options.wait_new_event);
  request.set_maximum_page_size(options.page_size);
  request.set_history_event_filter_type(options.close_event_only ? enums::HISTORY_EVENT_FILTER_TYPE_CLOSE_EVENT
                                                                 : enums::HISTORY_EVENT_FILTER_TYPE_ALL_EVENT);
  return request;
}

service::SignalWorkflowExecutionRequest signal_request(const Sender& sender, SignalWorkflowInput input) {
  service::SignalWorkflowExecutionRequest request;
  request.set_namespace_(sender.namespace_);
  request.set_identity(sender.identity);
  request.set_request_id(random_uuid());
  set_execution(*request.mutable_workflow_execution(), input);
  request.set_signal_name(std::move(input.name));
  if (!input.arguments.empty()) converter::set_payloads(*request.mutable_input(), std::move(input.arguments));
  set_headers(request, std::move(input.headers));
  return request;
}

service::QueryWorkflowRequest query_request(const Sender& sender, QueryWorkflowInput input) {
  service::QueryWorkflowRequest request;
  request.set_namespace_(sender.namespace_);
  set_execution(*request.mutable_execution(), input);
  request.set_query_reject_condition(to_proto(input.options.reject_condition));
  auto& query = *request.mutable_query();
  query.set_query_type(std::move(input.name));
  if (!input.arguments.empty()) converter::set_payloads(*query.mutable_query_args(), std::move(input.arguments));
  set_headers(query, std::move(input.headers));
  return request;
}

service::UpdateWorkflowExecutionRequest update_request(const Sender& sender, StartUpdateInput input) {
  service::UpdateWorkflowExecutionRequest request;
  request.set_namespace_(sender.namespace_);
  set_execution(*request.mutable_workflow_execution(), input);
  request.set_first_execution_run_id(std::move(input.first_run_id));
  request.mutable_wait_policy()->set_lifecycle_stage(input.options.wait_for_stage == UpdateStage::accepted
                                                         ? enums::UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_ACCEPTED
                                                         : enums::UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_COMPLETED);
  auto& meta = *request.mutable_request()->mutable_meta();
  meta.set_update_id(input.options.id.empty() ? random_uuid() : std::move(input.options.id));
  meta.set_identity(sender.identity);
  auto& call = *request.mutable_request()->mutable_input();
  call.set_name(std::move(input.name));
  if (!input.arguments.empty()) converter::set_payloads(*call.mutable_args(), std::move(input.arguments));
  set_headers(call, std::move(input.headers));
  return request;
}

service::PollWorkflowExecutionUpdateRequest poll_update_request(const Sender& sender, const StartedUpdate& update) {
  service::PollWorkflowExecutionUpdateRequest request;
  request.set_namespace_(sender.namespace_);
  request.set_identity(sender.identity);
  auto& reference = *request.mutable_update_ref();
  reference.mutable_workflow_execution()->set_workflow_id(update.workflow_id);
  reference.mutable_workflow_execution()->set_run_id(update.run_id);
  reference.set_update_id(update.update_id);
  request.mutable_wait_policy()->set_lifecycle_stage(enums::UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_COMPLETED);
  return request;
}

service::RequestCancelWorkflowExecutionRequest cancel_request(const Sender& sender, CancelWorkflowInput input) {
  service::RequestCancelWorkflowExecutionRequest request;
  request.set_namespace_(sender.namespace_);
  request.set_identity(sender.identity);
  request.set_request_id(random_uuid());
  set_execution(*request.mutable_workflow_execution(), input);
  request.set_first_execution_run_id(std::move(input.first_run_id));
  request.set_reason(std::move(input.reason));
  return request;
}

service::TerminateWorkflowExecutionRequest terminate_request(const Sender& sender, TerminateWorkflowInput input) {
  service::TerminateWorkflowExecutionRequest request;
  request.set_namespace_(sender.namespace_);
  request.set_identity(sender.identity);
  set_execution(*request.mutable_workflow_execution(), input);
  request.set_first_execution_run_id(std::move(input.first_run_id));
  request.set_reason(std::move(input.reason));
  return request;
}

service::DescribeWorkflowExecutionRequest describe_request(const Sender& sender, DescribeWorkflowInput input) {
  service::DescribeWorkflowExecutionRequest request;
  request.set_namespace_(sender.namespace_);
  set_execution(*request.mutable_execution(), input);
  return request;
}

Payload to_result(const temporal::api::common::v1::Payloads& values) {
  return values.payloads().empty() ? converter::null_payload() : converter::to_payload(values.payloads(0));
}

WorkflowStatus to_status(enums::WorkflowExecutionStatus status) {
  return enums::WorkflowExecutionStatus_IsValid(status) ? static_cast<WorkflowStatus>(status)
                                                        : WorkflowStatus::unspecified;
}

WorkflowDescription to_description(const service::DescribeWorkflowExecutionResponse& response) {
  const auto& info = response.workflow_execution_info();
  const auto& metadata = response.execution_config().user_metadata();
  const auto execution = [](const temporal::api::common::v1::WorkflowExecution& message) {
    return WorkflowExecution{.workflow_id = message.workflow_id(), .run_id = message.run_id()};
  };
  // What a peer's codec has encrypted must not hide all else.
  const auto text = [](const converter::ProtoPayload& payload) -> std::string {
    try {
      return converter::from_payload<std::string>(converter::to_payload(payload));
    } catch (const DecodeError&) {
      return {};
    }
  };
  WorkflowDescription description{
      .id = info.execution().workflow_id(),
      .run_id = info.execution().run_id(),
      .first_run_id = info.first_run_id(),
      .workflow_type = info.type().name(),
      .task_queue = info.task_queue(),
      .status = to_status(info.status()),
      .start_time = converter::to_timestamp(info.start_time()),
      .priority = converter::to_priority(info.priority()),
      .search_attributes = converter::to_search_attributes(info.search_attributes()),
      .memo = converter::to_payload_map(info.memo().fields()),
      .history_length = info.history_length(),
      .history_size_bytes = info.history_size_bytes(),
  };
  if (info.has_execution_time()) description.execution_time = converter::to_timestamp(info.execution_time());
  if (info.has_close_time()) description.close_time = converter::to_timestamp(info.close_time());
  if (info.has_parent_execution()) description.parent = execution(info.parent_execution());
  if (info.has_root_execution()) description.root = execution(info.root_execution());
  if (metadata.has_summary()) description.static_summary = text(metadata.summary());
  if (metadata.has_details()) description.static_details = text(metadata.details());
  return description;
}

}  // namespace temporal::client::detail
