#pragma once

#include <temporal/client/worker_deployment_description.h>

#include <temporal/api/compute/v1/config.pb.h>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <optional>

/// \file
/// Worker Deployments in the server's terms and in ours. Pure functions.

namespace temporal::client::detail {

/// The one scaling group that the CLI and the web UI make, and read.
inline constexpr const char* scaling_group = "default";

temporal::api::compute::v1::ComputeConfigScalingGroup to_proto(const AwsLambda& compute);

/// None where there is no compute, or not AWS Lambda's.
std::optional<AwsLambda> to_aws_lambda(const temporal::api::compute::v1::ComputeConfig& config);

WorkerDeploymentDescription to_description(
    const temporal::api::workflowservice::v1::DescribeWorkerDeploymentResponse& response);
WorkerDeploymentVersionDescription to_description(
    const temporal::api::workflowservice::v1::DescribeWorkerDeploymentVersionResponse& response);

}  // namespace temporal::client::detail
