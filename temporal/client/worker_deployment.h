#pragma once

#include <temporal/client/worker_deployment_description.h>
#include <temporal/common/future.h>
#include <temporal/common/payload.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

/// \file
/// Worker Deployments: versions, which one gets the tasks, and how the server invokes those that are serverless.
///
/// ```cpp
/// const auto shop = client.worker_deployment("shop");
/// shop.create().get();
/// shop.create_version({.build_id = "b-7", .compute = client::AwsLambda{.function_arn = arn, .assume_role_arn = role,
///                                                                      .external_id = id}}).get();
/// shop.set_current({.build_id = "b-7"}).get();
/// ```

namespace temporal::client {

namespace detail {
class Session;
}

struct CreateVersionOptions {
  std::string build_id = {};
  /// The server invokes the function once, so that its worker polls and the task queues become known, and makes no
  /// version where that fails.
  std::optional<AwsLambda> compute = {};
};

struct DescribeVersionOptions {
  bool report_task_queue_stats = false;
};

/// Which version gets the tasks of new workflows, and of those that upgrade by themselves.
struct SetCurrentOptions {
  std::string build_id = {};  ///< empty: unversioned workers get them
  /// Also where task queues of the version before have had no worker of this one.
  bool ignore_missing_task_queues = false;
  bool allow_no_pollers = false;    ///< also where no worker of it has ever polled
  std::string conflict_token = {};  ///< of a description: fails when something was changed since
};

/// Which version gets a share of those tasks.
struct SetRampingOptions {
  std::string build_id = {};  ///< empty: unversioned workers, or with 0 % nobody
  double percentage = 0;      ///< from 0 to 100
  bool ignore_missing_task_queues = false;
  bool allow_no_pollers = false;
  std::string conflict_token = {};
};

struct DeleteVersionOptions {
  bool skip_drainage = false;  ///< also while workflows still run on it
};

struct UpdateMetadataOptions {
  std::map<std::string, Payload> upsert = {};
  std::vector<std::string> remove = {};
};

/// One Worker Deployment, which need not exist yet. Cheap to copy. Thread-safe. All calls return at once; their futures
/// throw `RpcError`, with `GrpcStatus::not_found` for what does not exist. Names that are empty or no UTF-8 are a
/// `ConfigurationError` at once.
///
/// Versions with compute are in preview: tested with server 1.32.
/// See https://docs.temporal.io/production-deployment/worker-deployments/serverless-workers.
class WorkerDeployment {
 public:
  WorkerDeployment(std::shared_ptr<detail::Session> session, std::string name);

  [[nodiscard]] const std::string& name() const noexcept { return name_; }

  /// Makes it, for versions that are created before a worker of them runs. `GrpcStatus::already_exists` if it is there.
  [[nodiscard]] Future<void> create() const;
  [[nodiscard]] Future<WorkerDeploymentDescription> describe() const;
  /// Once it has no versions.
  [[nodiscard]] Future<void> remove() const;

  [[nodiscard]] Future<void> create_version(CreateVersionOptions options) const;
  [[nodiscard]] Future<WorkerDeploymentVersionDescription> describe_version(std::string build_id,
                                                                            DescribeVersionOptions options = {}) const;
  [[nodiscard]] Future<void> delete_version(std::string build_id, DeleteVersionOptions options = {}) const;

  /// Says how the server invokes a version, also one that has polled before it had compute. The server invokes it
  /// again.
  [[nodiscard]] Future<void> set_compute(std::string build_id, AwsLambda compute) const;
  /// Whether the server may: it assumes the role, looks at the function, and makes sure that the role demands the
  /// external id. It does not invoke. The future throws what it found.
  [[nodiscard]] Future<void> validate_compute(std::string build_id, AwsLambda compute) const;

  [[nodiscard]] Future<void> set_current(SetCurrentOptions options) const;
  [[nodiscard]] Future<void> set_ramping(SetRampingOptions options) const;

  /// Only this identity may change the deployment from now on. Empty: everybody may.
  [[nodiscard]] Future<void> set_manager(std::string identity) const;
  [[nodiscard]] Future<void> update_version_metadata(std::string build_id, UpdateMetadataOptions options) const;

 private:
  std::shared_ptr<detail::Session> session_;
  std::string name_;
};

}  // namespace temporal::client
