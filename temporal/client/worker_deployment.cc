#include <temporal/client/worker_deployment.h>

#include <temporal/client/client.h>
#include <temporal/client/detail/checks.h>
#include <temporal/client/detail/errors.h>
#include <temporal/client/detail/session.h>
#include <temporal/client/detail/uuid.h>
#include <temporal/client/detail/worker_deployments.h>
#include <temporal/converter/proto_payload.h>

#include <array>

namespace temporal::client {
namespace {

namespace service = temporal::api::workflowservice::v1;

/// Sends a request of a session's namespace. What `read` makes of the answer is the future's.
template <class Response, class Request, class Read>
auto call(const std::shared_ptr<detail::Session>& session, const std::string& method, Request request, Read read) {
  using Result = decltype(read(Response{}));
  request.set_namespace_(session->sender().namespace_);
  const temporal::detail::Promise<Result> promise;
  session->call(method, request, detail::CallKind::normal, [promise, read](const core::Result& result) {
    if (result.error) return promise.set_exception(detail::to_public(*result.error));
    promise.settle([result, read] { return read(detail::parse<Response>(result)); });
  });
  return promise.future();
}

/// The same for what changes something, and says only that it did.
template <class Response, class Request>
Future<void> change(const std::shared_ptr<detail::Session>& session, const std::string& method, Request request) {
  request.set_identity(session->sender().identity);
  return call<Response>(session, method, std::move(request), [](const Response&) {});
}

template <class Request>
Request of_deployment(const std::string& name) {
  Request request;
  request.set_deployment_name(name);
  return request;
}

template <class Request>
Request of_version(const std::string& name, const std::string& build_id) {
  detail::Check{}.name("build id", build_id);
  Request request;
  request.mutable_deployment_version()->set_deployment_name(name);
  request.mutable_deployment_version()->set_build_id(build_id);
  return request;
}

/// What current and ramping versions have in common.
template <class Request, class Options>
Request routing(const std::string& name, const Options& options) {
  detail::Check{}.text("build id", options.build_id);
  auto request = of_deployment<Request>(name);
  request.set_build_id(options.build_id);
  request.set_ignore_missing_task_queues(options.ignore_missing_task_queues);
  request.set_allow_no_pollers(options.allow_no_pollers);
  request.set_conflict_token(options.conflict_token);
  return request;
}

void check(const AwsLambda& compute) {
  detail::Check{"AwsLambda: "}
      .name("function_arn", compute.function_arn)
      .text("assume_role_arn", compute.assume_role_arn)
      .text("external_id", compute.external_id);
}

template <class Request>
void set(Request& request, const AwsLambda& compute) {
  check(compute);
  auto& group = (*request.mutable_compute_config_scaling_groups())[detail::scaling_group];
  *group.mutable_scaling_group() = detail::to_proto(compute);
  group.mutable_update_mask()->add_paths("provider");
}

}  // namespace

std::string_view to_string(WorkerDeploymentVersionStatus status) {
  constexpr std::array<std::string_view, 7> names = {"unspecified", "created",  "inactive", "current",
                                                     "ramping",     "draining", "drained"};
  return names.at(static_cast<std::size_t>(status));
}

WorkerDeployment::WorkerDeployment(std::shared_ptr<detail::Session> session, std::string name)
    : session_(std::move(session)), name_(std::move(name)) {
  detail::Check{}.name("deployment name", name_);
}

Future<void> WorkerDeployment::create() const {
  auto request = of_deployment<service::CreateWorkerDeploymentRequest>(name_);
  request.set_request_id(detail::random_uuid());
  return change<service::CreateWorkerDeploymentResponse>(session_, "create_worker_deployment", std::move(request));
}

Future<WorkerDeploymentDescription> WorkerDeployment::describe() const {
  return call<service::DescribeWorkerDeploymentResponse>(
      session_, "describe_worker_deployment", of_deployment<service::DescribeWorkerDeploymentRequest>(name_),
      [](const auto& response) { return detail::to_description(response); });
}

Future<void> WorkerDeployment::remove() const {
  return change<service::DeleteWorkerDeploymentResponse>(session_, "delete_worker_deployment",
                                                         of_deployment<service::DeleteWorkerDeploymentRequest>(name_));
}

Future<void> WorkerDeployment::create_version(CreateVersionOptions options) const {
  auto request = of_version<service::CreateWorkerDeploymentVersionRequest>(name_, options.build_id);
  request.set_request_id(detail::random_uuid());
  if (options.compute) {
    check(*options.compute);
    auto& groups = *request.mutable_compute_config()->mutable_scaling_groups();
    groups[detail::scaling_group] = detail::to_proto(*options.compute);
  }
  return change<service::CreateWorkerDeploymentVersionResponse>(session_, "create_worker_deployment_version",
                                                                std::move(request));
}

Future<WorkerDeploymentVersionDescription> WorkerDeployment::describe_version(std::string build_id,
                                                                              DescribeVersionOptions options) const {
  auto request = of_version<service::DescribeWorkerDeploymentVersionRequest>(name_, build_id);
  request.set_report_task_queue_stats(options.report_task_queue_stats);
  return call<service::DescribeWorkerDeploymentVersionResponse>(
      session_, "describe_worker_deployment_version", std::move(request),
      [](const auto& response) { return detail::to_description(response); });
}

Future<void> WorkerDeployment::delete_version(std::string build_id, DeleteVersionOptions options) const {
  auto request = of_version<service::DeleteWorkerDeploymentVersionRequest>(name_, build_id);
  request.set_skip_drainage(options.skip_drainage);
  return change<service::DeleteWorkerDeploymentVersionResponse>(session_, "delete_worker_deployment_version",
                                                                std::move(request));
}

Future<void> WorkerDeployment::set_compute(std::string build_id, AwsLambda compute) const {
  auto request = of_version<service::UpdateWorkerDeploymentVersionComputeConfigRequest>(name_, build_id);
  request.set_request_id(detail::random_uuid());
  set(request, compute);
  return change<service::UpdateWorkerDeploymentVersionComputeConfigResponse>(
      session_, "update_worker_deployment_version_compute_config", std::move(request));
}

Future<void> WorkerDeployment::validate_compute(std::string build_id, AwsLambda compute) const {
  auto request = of_version<service::ValidateWorkerDeploymentVersionComputeConfigRequest>(name_, build_id);
  set(request, compute);
  return change<service::ValidateWorkerDeploymentVersionComputeConfigResponse>(
      session_, "validate_worker_deployment_version_compute_config", std::move(request));
}

Future<void> WorkerDeployment::set_current(SetCurrentOptions options) const {
  return change<service::SetWorkerDeploymentCurrentVersionResponse>(
      session_, "set_worker_deployment_current_version",
      routing<service::SetWorkerDeploymentCurrentVersionRequest>(name_, options));
}

Future<void> WorkerDeployment::set_ramping(SetRampingOptions options) const {
  detail::Check{"SetRampingOptions: "}.require(options.percentage >= 0 && options.percentage <= 100, "percentage",
                                               "has to be from 0 to 100");
  auto request = routing<service::SetWorkerDeploymentRampingVersionRequest>(name_, options);
  request.set_percentage(static_cast<float>(options.percentage));
  return change<service::SetWorkerDeploymentRampingVersionResponse>(session_, "set_worker_deployment_ramping_version",
                                                                    std::move(request));
}

Future<void> WorkerDeployment::set_manager(std::string identity) const {
  detail::Check{}.text("manager identity", identity);
  auto request = of_deployment<service::SetWorkerDeploymentManagerRequest>(name_);
  request.set_manager_identity(std::move(identity));
  return change<service::SetWorkerDeploymentManagerResponse>(session_, "set_worker_deployment_manager",
                                                             std::move(request));
}

Future<void> WorkerDeployment::update_version_metadata(std::string build_id, UpdateMetadataOptions options) const {
  auto request = of_version<service::UpdateWorkerDeploymentVersionMetadataRequest>(name_, build_id);
  for (auto& [key, value] : options.upsert) {
    detail::Check{}.name("metadata key", key);
    (*request.mutable_upsert_entries())[key] = converter::to_proto(std::move(value));
  }
  for (const auto& key : options.remove) request.add_remove_entries(key);
  return change<service::UpdateWorkerDeploymentVersionMetadataResponse>(
      session_, "update_worker_deployment_version_metadata", std::move(request));
}

WorkerDeployment Client::worker_deployment(std::string name) const { return {session_, std::move(name)}; }

}  // namespace temporal::client
