// A real server whose Worker Controller invokes our local Lambda, and nothing else that could work.
#include "local_lambda.h"
#include "test_function.h"

#include <temporal/client/client.h>
#include <temporal/client/detail/access.h>
#include <temporal/testing/dev_server.h>

#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <gmock/gmock.h>
#include <signal.h>

#include <memory>
#include <vector>

using namespace temporal;
using namespace temporal::tests;

namespace temporal::tests {

// The tests start these by name: their code is in the function.
workflow::Task<std::string> hello(std::string) { co_return ""; }
workflow::Task<int> survives(std::string) { co_return 0; }

}  // namespace temporal::tests

namespace {

constexpr auto function = "tests";
constexpr auto task_queue = "serverless";

class ServerlessTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    port_ = temporal::testing::detail::free_port();
    lambda_ = std::make_unique<LocalLambda>(
        LocalLambda::Functions{{function,
                                {{"TEMPORAL_ADDRESS", "127.0.0.1:" + std::to_string(port_)},
                                 {"TEMPORAL_TASK_QUEUE", task_queue},
                                 {"TEMPORAL_LAMBDA_IDLE_TIMEOUT", "600ms"}}}},
        std::vector<std::string>{"--timeout", "30", "--retry-delay", "0.1"});
    server_ = std::make_unique<temporal::testing::DevServer>(temporal::testing::DevServerOptions{
        .arguments = {"--dynamic-config-value", "workercontroller.enabled=true", "--dynamic-config-value",
                      "workercontroller.compute_providers.aws.require_role_and_external_id=false",
                      "--dynamic-config-value", R"(workercontroller.compute_providers.enabled=["aws-lambda"])",
                      "--dynamic-config-value", R"(workercontroller.scaling_algorithms.enabled=["no-sync"])"},
        .environment = {{"AWS_ENDPOINT_URL", lambda_->url()},
                        {"AWS_ACCESS_KEY_ID", "test"},
                        {"AWS_SECRET_ACCESS_KEY", "test"},
                        {"AWS_REGION", "us-east-1"}},
        .port = port_});
    client_ = std::make_unique<client::Client>(client::Client::connect({.address = server_->address()}));
    deploy();
  }
  static void TearDownTestSuite() {
    client_.reset();
    server_.reset();
    lambda_.reset();
  }

  void SetUp() override {
    // Each test begins with every environment at rest.
    wait_until("all environments to be at rest",
               [] { return lambda_->events("invocation_start").size() == lambda_->events("invocation_end").size(); });
    starts_ = lambda_->events("environment_start").size();
    invocations_ = lambda_->events("invocation_start").size();
  }

  static std::pair<int, std::string> temporal_cli(std::vector<std::string> arguments) {
    const auto output = new_folder() + "/output";
    arguments.insert(arguments.begin(), server_->cli());
    arguments.insert(arguments.end(), {"--address", server_->address()});
    const int status = temporal::testing::detail::ChildProcess{{.command = arguments, .log_file = output}}.wait();
    return {status, read_file(output)};
  }

  static void deploy() {
    const auto run = [&](std::vector<std::string> arguments) {
      arguments.insert(arguments.begin(), {"worker", "deployment"});
      return temporal_cli(std::move(arguments));
    };
    const std::vector<std::string> version{"--deployment-name", "tests", "--build-id", "build-1"};
    const auto with_version = [&](std::vector<std::string> arguments, const std::vector<std::string>& more = {}) {
      arguments.insert(arguments.end(), version.begin(), version.end());
      arguments.insert(arguments.end(), more.begin(), more.end());
      return arguments;
    };
    wait_until("the server to take a deployment", [&] { return run({"create", "--name", "tests"}).first == 0; });
    const auto created = run(with_version({"create-version"}, {"--aws-lambda-function-arn", LocalLambda::arn(function),
                                                               "--aws-lambda-skip-role-and-external-id"}));
    ASSERT_EQ(created.first, 0) << created.second;
    // Once for workflows and once for activities.
    wait_until("the function's first polls", [&] {
      const auto described = run(with_version({"describe-version"}, {"--output", "json"})).second;
      const auto first = described.find(task_queue);
      return first != std::string::npos && described.find(task_queue, first + 1) != std::string::npos;
    });
    const auto current = run(with_version({"set-current-version"}, {"--yes"}));
    ASSERT_EQ(current.first, 0) << current.second;
    // Task queues learn of it a little later; a task that comes in between would start no invocation.
    wait_until("the task queues to follow the version", [] {
      namespace service = api::workflowservice::v1;
      service::DescribeWorkerDeploymentRequest request;
      request.set_namespace_("default");
      request.set_deployment_name("tests");
      bridge::v1::RpcCall call;
      call.set_service("workflow");
      call.set_method("describe_worker_deployment");
      call.set_request(request.SerializeAsString());
      service::DescribeWorkerDeploymentResponse response;
      return response.ParseFromString(client::detail::connection(*client_)->rpc(call)) &&
             response.worker_deployment_info().routing_config_update_state() ==
                 api::enums::v1::ROUTING_CONFIG_UPDATE_STATE_COMPLETED;
    });
  }

  static client::StartOptions options(const std::string& id) { return {.id = id, .task_queue = task_queue}; }

  static inline int port_ = 0;
  static inline std::unique_ptr<LocalLambda> lambda_;
  static inline std::unique_ptr<temporal::testing::DevServer> server_;
  static inline std::unique_ptr<client::Client> client_;
  std::size_t starts_ = 0;       ///< environments started before the test
  std::size_t invocations_ = 0;  ///< invocations begun before it
};

}  // namespace

TEST_F(ServerlessTest, AWorkflowStartsTheFunctionFromZero) {
  for (const auto& event : lambda_->events("environment_start")) ::kill(event["pid"].get<pid_t>(), SIGKILL);
  (void)lambda_->wait_for("environment_end", starts_);
  EXPECT_EQ(client_->execute<hello>(options("cold"), std::string{"World"}).get(), "Hello, World!");
  EXPECT_EQ(lambda_->events("environment_start").size(), starts_ + 1);
}

TEST_F(ServerlessTest, ASecondWorkflowRunsInTheWarmEnvironmentAfterAFreeze) {
  EXPECT_EQ(client_->execute<hello>(options("warm-1"), std::string{"Ann"}).get(), "Hello, Ann!");
  const auto ends = lambda_->wait_for("invocation_end", invocations_ + 1);
  const auto frozen = lambda_->events("frozen").size();
  EXPECT_GT(frozen, 0U);
  EXPECT_EQ(client_->execute<hello>(options("warm-2"), std::string{"Bob"}).get(), "Hello, Bob!");
  const auto invocation = lambda_->wait_for("invocation_start", invocations_ + 2).at(invocations_ + 1);
  EXPECT_EQ(invocation["environment"], ends.at(invocations_)["environment"]);
  EXPECT_EQ(invocation["cold"], false);
  EXPECT_EQ(lambda_->events("environment_start").size(), starts_ + (invocations_ == 0 ? 1 : 0));
}

TEST_F(ServerlessTest, TwentyWorkflowsAtOnceAllComplete) {
  std::vector<Future<std::string>> results;
  for (int i = 0; i < 20; ++i) {
    results.push_back(client_->execute<hello>(options("many-" + std::to_string(i)), std::to_string(i)));
  }
  for (int i = 0; i < 20; ++i) EXPECT_EQ(results.at(i).get(), "Hello, " + std::to_string(i) + "!");
}

TEST_F(ServerlessTest, AWorkflowCompletesAlthoughItsBootstrapIsKilledInMidActivity) {
  const auto folder = new_folder();
  auto result = client_->execute<survives>(options("killed"), folder);
  wait_until("the activity", [&] { return !read_file(folder + "/started").empty(); });
  const auto running = lambda_->events("invocation_start").back();
  ::kill(running["pid"].get<pid_t>(), SIGKILL);
  EXPECT_EQ(result.get(), 2);
  const auto ends = lambda_->events("environment_end");
  EXPECT_THAT(ends, ::testing::Contains(::testing::ResultOf([](const auto& e) { return e["pid"]; }, running["pid"])));
}
