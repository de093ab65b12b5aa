#include "serverless_stack.h"

#include <temporal/client/detail/access.h>
#include <temporal/testing/detail/child_process.h>

#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <stdexcept>

namespace temporal::tests {

namespace service = api::workflowservice::v1;

ServerlessStack::ServerlessStack(ServerlessOptions options) : options_(std::move(options)) {
  const int port = temporal::testing::detail::free_port();
  const auto address = "127.0.0.1:" + std::to_string(port);
  if (options_.way) proxy_.emplace(address, *options_.way);
  LocalLambda::Functions functions;
  for (const auto& build : options_.builds) {
    auto& variables = functions[function(build)];
    variables = {{"TEMPORAL_ADDRESS", proxy_ ? proxy_->address() : address},
                 {"TEMPORAL_TASK_QUEUE", options_.name},
                 {"DEPLOYMENT_NAME", options_.name},
                 {"BUILD_ID", build}};
    variables.insert(options_.variables.begin(), options_.variables.end());
  }
  lambda_.emplace(functions, options_.lambda_arguments, options_.code);
  std::vector<std::string> settings{"workercontroller.enabled=true",
                                    "workercontroller.compute_providers.aws.require_role_and_external_id=false",
                                    R"(workercontroller.compute_providers.enabled=["aws-lambda"])",
                                    R"(workercontroller.scaling_algorithms.enabled=["no-sync"])"};
  settings.insert(settings.end(), options_.dynamic_config.begin(), options_.dynamic_config.end());
  std::vector<std::string> arguments;
  for (const auto& setting : settings) arguments.insert(arguments.end(), {"--dynamic-config-value", setting});
  server_.emplace(temporal::testing::DevServerOptions{.arguments = std::move(arguments),
                                                      .environment = {{"AWS_ENDPOINT_URL", lambda_->url()},
                                                                      {"AWS_ACCESS_KEY_ID", "test"},
                                                                      {"AWS_SECRET_ACCESS_KEY", "test"},
                                                                      {"AWS_REGION", "us-east-1"}},
                                                      .port = port});
  client_.emplace(client::Client::connect({.address = server_->address()}));
  wait_until("the server to take a deployment",
             [&] { return deployment_cli({"create", "--name", options_.name}).first == 0; });
  deploy(options_.builds.front());
  make_current(options_.builds.front());
}

client::StartOptions ServerlessStack::start_options(const std::string& id) const {
  return {.id = id, .task_queue = options_.name};
}

void ServerlessStack::deploy(const std::string& build) {
  const std::vector<std::string> version{"--deployment-name", options_.name, "--build-id", build};
  auto create = version;
  create.insert(create.begin(), "create-version");
  create.insert(create.end(), {"--aws-lambda-function-arn", LocalLambda::arn(function(build)),
                               "--aws-lambda-skip-role-and-external-id"});
  const auto [failed, output] = deployment_cli(create);
  if (failed != 0) throw std::runtime_error{output};
  auto describe = version;
  describe.insert(describe.begin(), "describe-version");
  describe.insert(describe.end(), {"--output", "json"});
  wait_until("the function's first polls, for workflows and for activities", [&] {
    const auto description = nlohmann::json::parse(deployment_cli(describe).second, nullptr, false);
    return description.is_object() && description.value("taskQueuesInfos", nlohmann::json::array()).size() >= 2;
  });
}

void ServerlessStack::make_current(const std::string& build) {
  const auto [failed, output] =
      deployment_cli({"set-current-version", "--deployment-name", options_.name, "--build-id", build, "--yes"});
  if (failed != 0) throw std::runtime_error{output};
  service::DescribeWorkerDeploymentRequest request;
  request.set_namespace_("default");
  request.set_deployment_name(options_.name);
  bridge::v1::RpcCall call;
  call.set_service("workflow");
  call.set_method("describe_worker_deployment");
  call.set_request(request.SerializeAsString());
  wait_until("the task queues to follow the version", [&] {
    service::DescribeWorkerDeploymentResponse response;
    return response.ParseFromString(client::detail::connection(*client_)->rpc(call)) &&
           response.worker_deployment_info().routing_config_update_state() ==
               api::enums::v1::ROUTING_CONFIG_UPDATE_STATE_COMPLETED;
  });
}

void ServerlessStack::wait_for_rest() const {
  wait_until("all environments to be at rest",
             [this] { return lambda_->events("invocation_start").size() == lambda_->events("invocation_end").size(); });
}

api::history::v1::History ServerlessStack::history(const std::string& workflow_id) const {
  api::history::v1::History history;
  if (!history.ParseFromString(client_->workflow_handle(workflow_id).fetch_history().get().bytes)) {
    throw std::runtime_error{"the history of " + workflow_id + " does not parse"};
  }
  return history;
}

std::vector<std::string> ServerlessStack::losses(const std::string& workflow_id) const {
  std::vector<std::string> found;
  const auto events = history(workflow_id);
  for (const auto& event : events.events()) {
    if (event.has_workflow_task_timed_out_event_attributes()) {
      found.push_back("a workflow task timed out: " +
                      api::enums::v1::TimeoutType_Name(event.workflow_task_timed_out_event_attributes().timeout_type()));
    }
    if (event.activity_task_started_event_attributes().attempt() > 1) found.emplace_back("an activity timed out");
  }
  return found;
}

std::pair<int, std::string> ServerlessStack::deployment_cli(std::vector<std::string> arguments) const {
  const auto output = new_folder() + "/output";
  arguments.insert(arguments.begin(), {server_->cli(), "worker", "deployment"});
  arguments.insert(arguments.end(), {"--address", server_->address()});
  const int status = temporal::testing::detail::ChildProcess{{.command = arguments, .log_file = output}}.wait();
  return {status, read_file(output)};
}

}  // namespace temporal::tests
