#pragma once

#include <temporal/client/client.h>
#include <temporal/client/worker_deployment.h>
#include <temporal/common/client_errors.h>

#include <memory>
#include <optional>
#include <string>

namespace temporal::lambda_deploy {

/// What a rollout asks of Temporal. Calls block. @throws RpcError, ConnectionError
class Deployments {
 public:
  Deployments() = default;
  Deployments(const Deployments&) = delete;
  Deployments& operator=(const Deployments&) = delete;
  virtual ~Deployments() = default;

  /// "prod.a1b2c at prod.a1b2c.tmprl.cloud:7233".
  [[nodiscard]] virtual std::string where() const = 0;
  /// None: it does not exist.
  virtual std::optional<client::WorkerDeploymentDescription> describe(const std::string& name) = 0;
  virtual std::optional<client::WorkerDeploymentVersionDescription> describe(
      const WorkerDeploymentVersion& version) = 0;
  virtual void create(const std::string& name) = 0;
  virtual void create(const WorkerDeploymentVersion& version, const client::AwsLambda& compute) = 0;
  virtual void set_compute(const WorkerDeploymentVersion& version, const client::AwsLambda& compute) = 0;
  virtual void set_current(const std::string& name, const client::SetCurrentOptions& options) = 0;
  virtual void set_ramping(const std::string& name, const client::SetRampingOptions& options) = 0;
  /// What the server's last attempt to reach the version's function failed with, which its own answer does not say.
  virtual std::optional<std::string> failure_of_compute(const WorkerDeploymentVersion& version) = 0;
};

/// Those of the namespace that a client is connected to.
std::unique_ptr<Deployments> deployments_of(client::Client client);

}  // namespace temporal::lambda_deploy
