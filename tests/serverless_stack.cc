#include "serverless_stack.h"

#include <temporal/common/client_errors.h>
#include <temporal/testing/detail/child_process.h>

#include <gtest/gtest.h>

#include <stdexcept>

namespace temporal::tests {

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
  wait_until("the server to take a deployment", [&] {
    try {
      deployment().create().get();
    } catch (const RpcError& error) {
      return error.status() == GrpcStatus::already_exists;
    }
    return true;
  });
  deploy(options_.builds.front());
  make_current(options_.builds.front());
}

client::StartOptions ServerlessStack::start_options(const std::string& id) const {
  return {.id = id, .task_queue = options_.name};
}

client::WorkerDeployment ServerlessStack::deployment() const { return client_->worker_deployment(options_.name); }

void ServerlessStack::deploy(const std::string& build) {
  const client::AwsLambda lambda{.function_arn = LocalLambda::arn(function(build))};
  deployment().create_version({.build_id = build, .compute = lambda}).get();
  EXPECT_EQ(deployment().describe_version(build).get().compute, lambda);
  wait_until("the function's first polls, for workflows and for activities",
             [&] { return deployment().describe_version(build).get().task_queues.size() >= 2; });
}

void ServerlessStack::make_current(const std::string& build) {
  deployment().set_current({.build_id = build}).get();
  wait_until("the task queues to follow the version", [&] { return deployment().describe().get().routing_settled; });
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
      found.push_back(
          "a workflow task timed out: " +
          api::enums::v1::TimeoutType_Name(event.workflow_task_timed_out_event_attributes().timeout_type()));
    }
    if (event.activity_task_started_event_attributes().attempt() > 1) found.emplace_back("an activity timed out");
  }
  return found;
}

}  // namespace temporal::tests
