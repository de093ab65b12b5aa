#pragma once

#include "local_lambda.h"
#include "tcp_proxy.h"

#include <temporal/client/client.h>
#include <temporal/client/worker_deployment.h>
#include <temporal/testing/dev_server.h>

#include <temporal/api/history/v1/message.pb.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace temporal::tests {

struct ServerlessOptions {
  std::string name = {};                              ///< of the deployment, its task queue and its functions
  std::vector<std::string> builds = {"build-1"};      ///< a function each
  std::string code = LocalLambda::test_function;      ///< the zip that all builds run
  std::map<std::string, std::string> variables = {};  ///< of every function
  std::vector<std::string> lambda_arguments = {};
  std::vector<std::string> dynamic_config = {};  ///< of the server, KEY=VALUE
  std::optional<TcpProxy::Way> way = {};         ///< from the functions to the server; none: loopback itself
};

/// A real server whose Worker Controller invokes our local Lambda, and nothing else that could work. The first build is
/// the current version.
class ServerlessStack {
 public:
  explicit ServerlessStack(ServerlessOptions options);

  [[nodiscard]] LocalLambda& lambda() { return *lambda_; }
  [[nodiscard]] client::Client& client() { return *client_; }
  [[nodiscard]] std::string address() const { return server_->address(); }
  /// For a workflow on the deployment's task queue.
  [[nodiscard]] client::StartOptions start_options(const std::string& id) const;
  [[nodiscard]] std::string function(const std::string& build) const { return options_.name + "-" + build; }

  /// Makes a build a version of the deployment: the server invokes its function once, and its polls are waited for.
  void deploy(const std::string& build);
  /// Waits until the task queues follow: a task that comes before would start no invocation.
  void make_current(const std::string& build);
  /// Waits until no invocation is running.
  void wait_for_rest() const;

  [[nodiscard]] api::history::v1::History history(const std::string& workflow_id) const;
  /// What lost tasks have left in a workflow's history, in words.
  [[nodiscard]] std::vector<std::string> losses(const std::string& workflow_id) const;

 private:
  [[nodiscard]] client::WorkerDeployment deployment() const;

  ServerlessOptions options_;
  // Ended in reverse: the server first, which would miss the Lambda.
  std::optional<TcpProxy> proxy_;
  std::optional<LocalLambda> lambda_;
  std::optional<temporal::testing::DevServer> server_;
  std::optional<client::Client> client_;
};

}  // namespace temporal::tests
