#include <temporal/client/detail/worker_deployments.h>

#include <temporal/converter/payload_converter.h>
#include <temporal/converter/proto_payload.h>

#include <nlohmann/json.hpp>

namespace temporal::client::detail {
namespace {

namespace enums = temporal::api::enums::v1;

constexpr const char* aws_lambda = "aws-lambda";

WorkerDeploymentVersionStatus to_status(enums::WorkerDeploymentVersionStatus status) {
  switch (status) {
    case enums::WORKER_DEPLOYMENT_VERSION_STATUS_CREATED:
      return WorkerDeploymentVersionStatus::created;
    case enums::WORKER_DEPLOYMENT_VERSION_STATUS_INACTIVE:
      return WorkerDeploymentVersionStatus::inactive;
    case enums::WORKER_DEPLOYMENT_VERSION_STATUS_CURRENT:
      return WorkerDeploymentVersionStatus::current;
    case enums::WORKER_DEPLOYMENT_VERSION_STATUS_RAMPING:
      return WorkerDeploymentVersionStatus::ramping;
    case enums::WORKER_DEPLOYMENT_VERSION_STATUS_DRAINING:
      return WorkerDeploymentVersionStatus::draining;
    case enums::WORKER_DEPLOYMENT_VERSION_STATUS_DRAINED:
      return WorkerDeploymentVersionStatus::drained;
    default:
      return WorkerDeploymentVersionStatus::unspecified;
  }
}

TaskQueueType to_type(enums::TaskQueueType type) {
  if (type == enums::TASK_QUEUE_TYPE_ACTIVITY) return TaskQueueType::activity;
  return type == enums::TASK_QUEUE_TYPE_NEXUS ? TaskQueueType::nexus : TaskQueueType::workflow;
}

std::optional<Timestamp> to_time(bool is_set, const well_known::Timestamp& time) {
  if (!is_set) return std::nullopt;
  return converter::to_timestamp(time);
}

WorkerDeploymentVersionSummary to_summary(
    const temporal::api::deployment::v1::WorkerDeploymentInfo_WorkerDeploymentVersionSummary& summary) {
  const auto& validation = summary.compute_status().provider_validation();
  return {.build_id = summary.deployment_version().build_id(),
          .status = to_status(summary.status()),
          .create_time = converter::to_timestamp(summary.create_time()),
          .last_current_time = to_time(summary.has_last_current_time(), summary.last_current_time()),
          .has_compute = !summary.compute_config().scaling_groups().empty(),
          .compute_error = validation.error_message(),
          .compute_check_time = to_time(validation.has_last_check_time(), validation.last_check_time())};
}

std::optional<std::string> build_id_of(const temporal::api::deployment::v1::WorkerDeploymentVersion& version) {
  if (version.build_id().empty()) return std::nullopt;
  return version.build_id();
}

std::string text_of(const nlohmann::json& details, const char* key) {
  const auto found = details.find(key);
  return found != details.end() && found->is_string() ? found->get<std::string>() : std::string{};
}

}  // namespace

temporal::api::compute::v1::ComputeConfigScalingGroup to_proto(const AwsLambda& compute) {
  nlohmann::json details{{"arn", compute.function_arn}};
  if (!compute.assume_role_arn.empty()) details["role"] = compute.assume_role_arn;
  if (!compute.external_id.empty()) details["role_external_id"] = compute.external_id;
  temporal::api::compute::v1::ComputeConfigScalingGroup group;
  group.mutable_provider()->set_type(aws_lambda);
  *group.mutable_provider()->mutable_details() = converter::to_proto(converter::to_payload(details));
  return group;
}

std::optional<AwsLambda> to_aws_lambda(const temporal::api::compute::v1::ComputeConfig& config) {
  for (const auto& [name, group] : config.scaling_groups()) {
    if (group.provider().type() != aws_lambda) continue;
    const auto details = nlohmann::json::parse(group.provider().details().data(), nullptr, false);
    if (!details.is_object()) return AwsLambda{};
    return AwsLambda{.function_arn = text_of(details, "arn"),
                     .assume_role_arn = text_of(details, "role"),
                     .external_id = text_of(details, "role_external_id")};
  }
  return std::nullopt;
}

WorkerDeploymentDescription to_description(
    const temporal::api::workflowservice::v1::DescribeWorkerDeploymentResponse& response) {
  const auto& info = response.worker_deployment_info();
  const auto& routing = info.routing_config();
  WorkerDeploymentDescription description{
      .name = info.name(),
      .create_time = converter::to_timestamp(info.create_time()),
      .current_build_id = build_id_of(routing.current_deployment_version()),
      .ramping_build_id = build_id_of(routing.ramping_deployment_version()),
      .ramping_percentage = routing.ramping_version_percentage(),
      .routing_settled = info.routing_config_update_state() != enums::ROUTING_CONFIG_UPDATE_STATE_IN_PROGRESS,
      .manager_identity = info.manager_identity(),
      .last_modifier_identity = info.last_modifier_identity(),
      .conflict_token = response.conflict_token(),
  };
  for (const auto& summary : info.version_summaries()) description.versions.push_back(to_summary(summary));
  return description;
}

WorkerDeploymentVersionDescription to_description(
    const temporal::api::workflowservice::v1::DescribeWorkerDeploymentVersionResponse& response) {
  const auto& info = response.worker_deployment_version_info();
  WorkerDeploymentVersionDescription description{
      .version = {.deployment_name = info.deployment_version().deployment_name(),
                  .build_id = info.deployment_version().build_id()},
      .status = to_status(info.status()),
      .create_time = converter::to_timestamp(info.create_time()),
      .current_since_time = to_time(info.has_current_since_time(), info.current_since_time()),
      .ramping_since_time = to_time(info.has_ramping_since_time(), info.ramping_since_time()),
      .last_current_time = to_time(info.has_last_current_time(), info.last_current_time()),
      .ramp_percentage = info.ramp_percentage(),
      .compute = to_aws_lambda(info.compute_config()),
      .metadata = converter::to_payload_map(info.metadata().entries()),
      .last_modifier_identity = info.last_modifier_identity(),
  };
  for (const auto& queue : response.version_task_queues()) {
    const auto& stats = queue.stats();
    description.task_queues.push_back({.name = queue.name(),
                                       .type = to_type(queue.type()),
                                       .backlog_count = stats.approximate_backlog_count(),
                                       .backlog_age = converter::to_duration(stats.approximate_backlog_age()),
                                       .tasks_add_rate = stats.tasks_add_rate(),
                                       .tasks_dispatch_rate = stats.tasks_dispatch_rate()});
  }
  return description;
}

}  // namespace temporal::client::detail
