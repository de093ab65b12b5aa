#pragma once

#include <temporal/client/connect_options.h>
#include <temporal/client/detail/workflow_ref.h>
#include <temporal/client/start_options.h>

#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <string>
#include <vector>

/// \file
/// What is said in the requests of the client, apart from sending them.

namespace temporal::client::detail {

namespace service = temporal::api::workflowservice::v1;

/// Who asks, the same in every request.
struct Sender {
  std::string namespace_ = {};
  std::string identity = {};
};

service::StartWorkflowExecutionRequest start_request(const Sender& sender, std::string workflow_type,
                                                     const StartOptions& options, std::vector<Payload> arguments);
service::GetWorkflowExecutionHistoryRequest close_event_request(const Sender& sender, const std::string& id,
                                                                const std::string& run_id);
service::GetWorkflowExecutionHistoryRequest history_request(const Sender& sender, const WorkflowKey& key);
service::SignalWorkflowExecutionRequest signal_request(const Sender& sender, const WorkflowKey& key, std::string name,
                                                       std::vector<Payload> arguments);
service::QueryWorkflowRequest query_request(const Sender& sender, const WorkflowKey& key, std::string name,
                                            std::vector<Payload> arguments);
service::UpdateWorkflowExecutionRequest update_request(const Sender& sender, const WorkflowKey& key, std::string name,
                                                       std::vector<Payload> arguments);
service::PollWorkflowExecutionUpdateRequest poll_update_request(const Sender& sender,
                                                                const temporal::api::update::v1::UpdateRef& update);
service::RequestCancelWorkflowExecutionRequest cancel_request(const Sender& sender, const WorkflowKey& key);
service::TerminateWorkflowExecutionRequest terminate_request(const Sender& sender, const WorkflowKey& key,
                                                             std::string reason);
service::DescribeWorkflowExecutionRequest describe_request(const Sender& sender, const WorkflowKey& key);

WorkflowDescription to_description(const service::DescribeWorkflowExecutionResponse& response);

}  // namespace temporal::client::detail
