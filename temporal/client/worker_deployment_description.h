#pragma once

#include <temporal/common/duration.h>
#include <temporal/common/payload.h>
#include <temporal/common/versioning.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// \file
/// What the server tells of a Worker Deployment and its versions.
/// See https://docs.temporal.io/production-deployment/worker-deployments/worker-versioning.

namespace temporal::client {

enum class WorkerDeploymentVersionStatus {
  unspecified,
  created,   ///< with compute, but no worker of it has polled
  inactive,  ///< its workers have polled, and it was never current or ramping
  current,
  ramping,
  draining,  ///< workflows still run on it
  drained,
};

/// Its name, as in `WorkerDeploymentVersionStatus::draining`: "draining".
std::string_view to_string(WorkerDeploymentVersionStatus status);

/// How the server's Worker Controller invokes a version that is an AWS Lambda function. A self-hosted server can do
/// without role and external id; Temporal Cloud cannot.
/// See https://docs.temporal.io/production-deployment/worker-deployments/serverless-workers.
struct AwsLambda {
  std::string function_arn = {};     ///< of a published version: an unqualified one changes under running workflows
  std::string assume_role_arn = {};  ///< the role that Temporal assumes to invoke it
  std::string external_id = {};      ///< that the role's trust policy demands

  bool operator==(const AwsLambda&) const = default;
};

/// A version as its deployment lists it.
struct WorkerDeploymentVersionSummary {
  std::string build_id = {};
  WorkerDeploymentVersionStatus status = WorkerDeploymentVersionStatus::unspecified;
  Timestamp create_time = {};
  std::optional<Timestamp> last_current_time = {};  ///< when it last became current; none: it never was
  bool has_compute = false;                         ///< the server invokes it
  /// Why the server's last look at its compute, or its last invocation, failed; empty when it did not.
  std::string compute_error = {};
  std::optional<Timestamp> compute_check_time = {};
};

/// A Worker Deployment as the server sees it at a moment.
struct WorkerDeploymentDescription {
  std::string name = {};
  Timestamp create_time = {};
  std::optional<std::string> current_build_id = {};  ///< none: tasks go to unversioned workers
  std::optional<std::string> ramping_build_id = {};
  double ramping_percentage = 0;
  bool routing_settled = true;        ///< all task queues follow the routing, or nobody knows
  std::string manager_identity = {};  ///< who alone may change it; empty: everybody
  std::string last_modifier_identity = {};
  std::vector<WorkerDeploymentVersionSummary> versions = {};
  std::string conflict_token = {};  ///< for changes that are to fail when somebody else was faster
};

enum class TaskQueueType { workflow, activity, nexus };

/// A task queue that workers of a version have polled.
struct VersionTaskQueue {
  std::string name = {};
  TaskQueueType type = TaskQueueType::workflow;
  // Asked for by `DescribeVersionOptions::report_task_queue_stats`; otherwise zero.
  std::int64_t backlog_count = 0;
  Duration backlog_age = {};
  double tasks_add_rate = 0;       ///< a second
  double tasks_dispatch_rate = 0;  ///< a second
};

/// A version as the server sees it at a moment.
struct WorkerDeploymentVersionDescription {
  WorkerDeploymentVersion version = {};
  WorkerDeploymentVersionStatus status = WorkerDeploymentVersionStatus::unspecified;
  Timestamp create_time = {};
  std::optional<Timestamp> current_since_time = {};
  std::optional<Timestamp> ramping_since_time = {};
  std::optional<Timestamp> last_current_time = {};
  double ramp_percentage = 0;
  std::vector<VersionTaskQueue> task_queues = {};
  std::optional<AwsLambda> compute = {};
  std::map<std::string, Payload> metadata = {};  ///< read a value with `converter::from_payload`
  std::string last_modifier_identity = {};
};

}  // namespace temporal::client
