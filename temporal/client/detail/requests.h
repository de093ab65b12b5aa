#pragma once

#include <temporal/client/connect_options.h>
#include <temporal/client/detail/workflow_ref.h>
#include <temporal/client/interceptor.h>

#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <string>

/// \file
/// What is said in the requests of the client, apart from sending them.

namespace temporal::client::detail {

namespace service = temporal::api::workflowservice::v1;

/// Who asks, the same in every request.
struct Sender {
  std::string namespace_ = {};
  std::string identity = {};
};

service::StartWorkflowExecutionRequest start_request(const Sender& sender, StartWorkflowInput input);
/// @param input has a signal
service::SignalWithStartWorkflowExecutionRequest signal_with_start_request(const Sender& sender,
                                                                           StartWorkflowInput input);
service::ExecuteMultiOperationRequest update_with_start_request(service::StartWorkflowExecutionRequest start,
                                                                service::UpdateWorkflowExecutionRequest update);
service::GetWorkflowExecutionHistoryRequest close_event_request(const Sender& sender, const std::string& id,
                                                                const std::string& run_id);
service::GetWorkflowExecutionHistoryRequest history_request(const Sender& sender, const WorkflowKey& key,
                                                            const HistoryOptions& options);
service::SignalWorkflowExecutionRequest signal_request(const Sender& sender, SignalWorkflowInput input);
service::QueryWorkflowRequest query_request(const Sender& sender, QueryWorkflowInput input);
service::UpdateWorkflowExecutionRequest update_request(const Sender& sender, StartUpdateInput input);
service::PollWorkflowExecutionUpdateRequest poll_update_request(const Sender& sender, const StartedUpdate& update);
service::RequestCancelWorkflowExecutionRequest cancel_request(const Sender& sender, CancelWorkflowInput input);
service::TerminateWorkflowExecutionRequest terminate_request(const Sender& sender, TerminateWorkflowInput input);
service::DescribeWorkflowExecutionRequest describe_request(const Sender& sender, DescribeWorkflowInput input);

/// The execution that a start gave.
template <class Response>
StartedWorkflow to_started(const std::string& id, const Response& response) {
  const auto& first = response.first_execution_run_id();
  return {.workflow_id = id, .run_id = response.run_id(), .first_run_id = first.empty() ? response.run_id() : first};
}
/// What a query or an update gave.
Payload to_result(const temporal::api::common::v1::Payloads& values);
WorkflowStatus to_status(temporal::api::enums::v1::WorkflowExecutionStatus status);
WorkflowDescription to_description(const service::DescribeWorkflowExecutionResponse& response);

}  // namespace temporal::client::detail
