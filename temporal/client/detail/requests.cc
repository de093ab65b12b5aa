#include <temporal/client/detail/requests.h>

#include <temporal/client/detail/uuid.h>
#include <temporal/common/client_errors.h>
#include <temporal/converter/payload_converter.h>
#include <temporal/converter/proto_payload.h>

#include <utility>

namespace temporal::client {
namespace {

void check(bool good, const std::string& message) {
  if (!good) throw ConfigurationError("StartOptions: " + message);
}

void check_positive(const std::optional<Duration>& duration, const std::string& field) {
  check(!duration || *duration > Duration::zero(), field + " has to be longer than zero; leave it unset for no limit");
}

}  // namespace

void validate(const StartOptions& options) {
  check(!options.id.empty(), "id is empty: give the workflow an id, for example \"order-7\"");
  check(!options.task_queue.empty(), "task_queue is empty: name the queue that the worker polls");
  check_positive(options.execution_timeout, "execution_timeout");
  check_positive(options.run_timeout, "run_timeout");
  check_positive(options.task_timeout, "task_timeout");
  check(!options.start_delay || *options.start_delay >= Duration::zero(), "start_delay is negative");
  if (options.retry_policy) {
    check(options.retry_policy->backoff_coefficient >= 1, "retry_policy.backoff_coefficient has to be at least 1");
    check(options.retry_policy->maximum_attempts >= 0, "retry_policy.maximum_attempts is negative; 0 means no limit");
    check(options.retry_policy->initial_interval > Duration::zero(),
          "retry_policy.initial_interval has to be longer than zero");
  }
}

namespace detail {
namespace {

namespace enums = temporal::api::enums::v1;

enums::WorkflowIdReusePolicy to_proto(WorkflowIdReusePolicy policy) {
  switch (policy) {
    case WorkflowIdReusePolicy::allow_duplicate:
      return enums::WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE;
    case WorkflowIdReusePolicy::allow_duplicate_failed_only:
      return enums::WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE_FAILED_ONLY;
    case WorkflowIdReusePolicy::reject_duplicate:
      return enums::WORKFLOW_ID_REUSE_POLICY_REJECT_DUPLICATE;
  }
  return enums::WORKFLOW_ID_REUSE_POLICY_UNSPECIFIED;
}

enums::WorkflowIdConflictPolicy to_proto(WorkflowIdConflictPolicy policy) {
  switch (policy) {
    case WorkflowIdConflictPolicy::fail:
      return enums::WORKFLOW_ID_CONFLICT_POLICY_FAIL;
    case WorkflowIdConflictPolicy::use_existing:
      return enums::WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING;
    case WorkflowIdConflictPolicy::terminate_existing:
      return enums::WORKFLOW_ID_CONFLICT_POLICY_TERMINATE_EXISTING;
  }
  return enums::WORKFLOW_ID_CONFLICT_POLICY_UNSPECIFIED;
}

/// The execution that a call means; see `WorkflowKey`.
template <class Execution>
void set_execution(Execution& execution, const WorkflowKey& key) {
  execution.set_workflow_id(key.id);
  if (key.first_run_id.empty()) execution.set_run_id(key.run_id);
}

}  // namespace

service::StartWorkflowExecutionRequest start_request(const Sender& sender, std::string workflow_type,
                                                     const StartOptions& options, std::vector<Payload> arguments) {
  using converter::set_duration;
  service::StartWorkflowExecutionRequest request;
  request.set_namespace_(sender.namespace_);
  request.set_identity(sender.identity);
  request.set_request_id(random_uuid());
  request.set_workflow_id(options.id);
  request.mutable_workflow_type()->set_name(std::move(workflow_type));
  request.mutable_task_queue()->set_name(options.task_queue);
  if (!arguments.empty()) converter::set_payloads(*request.mutable_input(), std::move(arguments));
  if (options.execution_timeout)
    set_duration(*request.mutable_workflow_execution_timeout(), *options.execution_timeout);
  if (options.run_timeout) set_duration(*request.mutable_workflow_run_timeout(), *options.run_timeout);
  if (options.task_timeout) set_duration(*request.mutable_workflow_task_timeout(), *options.task_timeout);
  if (options.start_delay) set_duration(*request.mutable_workflow_start_delay(), *options.start_delay);
  if (options.retry_policy) *request.mutable_retry_policy() = converter::to_proto(*options.retry_policy);
  if (options.id_reuse_policy) request.set_workflow_id_reuse_policy(to_proto(*options.id_reuse_policy));
  if (options.id_conflict_policy) request.set_workflow_id_conflict_policy(to_proto(*options.id_conflict_policy));
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

service::GetWorkflowExecutionHistoryRequest history_request(const Sender& sender, const WorkflowKey& key) {
  service::GetWorkflowExecutionHistoryRequest request;
  request.set_namespace_(sender.namespace_);
  request.mutable_execution()->set_workflow_id(key.id);
  request.mutable_execution()->set_run_id(key.run_id);
  request.set_history_event_filter_type(enums::HISTORY_EVENT_FILTER_TYPE_ALL_EVENT);
  return request;
}

service::SignalWorkflowExecutionRequest signal_request(const Sender& sender, const WorkflowKey& key, std::string name,
                                                       std::vector<Payload> arguments) {
  service::SignalWorkflowExecutionRequest request;
  request.set_namespace_(sender.namespace_);
  request.set_identity(sender.identity);
  request.set_request_id(random_uuid());
  set_execution(*request.mutable_workflow_execution(), key);
  request.set_signal_name(std::move(name));
  if (!arguments.empty()) converter::set_payloads(*request.mutable_input(), std::move(arguments));
  return request;
}

service::QueryWorkflowRequest query_request(const Sender& sender, const WorkflowKey& key, std::string name,
                                            std::vector<Payload> arguments) {
  service::QueryWorkflowRequest request;
  request.set_namespace_(sender.namespace_);
  set_execution(*request.mutable_execution(), key);
  request.mutable_query()->set_query_type(std::move(name));
  if (!arguments.empty()) converter::set_payloads(*request.mutable_query()->mutable_query_args(), std::move(arguments));
  return request;
}

service::UpdateWorkflowExecutionRequest update_request(const Sender& sender, const WorkflowKey& key, std::string name,
                                                       std::vector<Payload> arguments) {
  service::UpdateWorkflowExecutionRequest request;
  request.set_namespace_(sender.namespace_);
  set_execution(*request.mutable_workflow_execution(), key);
  request.set_first_execution_run_id(key.first_run_id);
  request.mutable_wait_policy()->set_lifecycle_stage(enums::UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_COMPLETED);
  auto& meta = *request.mutable_request()->mutable_meta();
  meta.set_update_id(random_uuid());
  meta.set_identity(sender.identity);
  auto& input = *request.mutable_request()->mutable_input();
  input.set_name(std::move(name));
  if (!arguments.empty()) converter::set_payloads(*input.mutable_args(), std::move(arguments));
  return request;
}

service::PollWorkflowExecutionUpdateRequest poll_update_request(const Sender& sender,
                                                                const temporal::api::update::v1::UpdateRef& update) {
  service::PollWorkflowExecutionUpdateRequest request;
  request.set_namespace_(sender.namespace_);
  request.set_identity(sender.identity);
  *request.mutable_update_ref() = update;
  request.mutable_wait_policy()->set_lifecycle_stage(enums::UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_COMPLETED);
  return request;
}

service::RequestCancelWorkflowExecutionRequest cancel_request(const Sender& sender, const WorkflowKey& key) {
  service::RequestCancelWorkflowExecutionRequest request;
  request.set_namespace_(sender.namespace_);
  request.set_identity(sender.identity);
  request.set_request_id(random_uuid());
  set_execution(*request.mutable_workflow_execution(), key);
  request.set_first_execution_run_id(key.first_run_id);
  return request;
}

service::TerminateWorkflowExecutionRequest terminate_request(const Sender& sender, const WorkflowKey& key,
                                                             std::string reason) {
  service::TerminateWorkflowExecutionRequest request;
  request.set_namespace_(sender.namespace_);
  request.set_identity(sender.identity);
  set_execution(*request.mutable_workflow_execution(), key);
  request.set_first_execution_run_id(key.first_run_id);
  request.set_reason(std::move(reason));
  return request;
}

service::DescribeWorkflowExecutionRequest describe_request(const Sender& sender, const WorkflowKey& key) {
  service::DescribeWorkflowExecutionRequest request;
  request.set_namespace_(sender.namespace_);
  set_execution(*request.mutable_execution(), key);
  return request;
}

WorkflowDescription to_description(const service::DescribeWorkflowExecutionResponse& response) {
  const auto& info = response.workflow_execution_info();
  WorkflowDescription description{
      .id = info.execution().workflow_id(),
      .run_id = info.execution().run_id(),
      .workflow_type = info.type().name(),
      .task_queue = info.task_queue(),
      .status = enums::WorkflowExecutionStatus_IsValid(info.status()) ? static_cast<WorkflowStatus>(info.status())
                                                                      : WorkflowStatus::unspecified,
      .start_time = converter::to_timestamp(info.start_time()),
      .history_length = info.history_length(),
  };
  if (info.has_close_time()) description.close_time = converter::to_timestamp(info.close_time());
  return description;
}

}  // namespace detail
}  // namespace temporal::client
