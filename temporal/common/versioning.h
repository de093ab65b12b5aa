#pragma once

#include <string>

namespace temporal {

/// What happens to a workflow's runs when a new build of its worker becomes current.
/// See https://docs.temporal.io/worker-versioning#versioning-behaviors.
enum class VersioningBehavior {
  pinned,        ///< stays with the build it started on
  auto_upgrade,  ///< moves to the current build; its code has to stay replayable
};

/// Which build an activity or workflow should run on, in a task queue with the older, rule-based versioning.
/// Worker Deployments do not need it: there the versioning behavior decides.
/// See https://docs.temporal.io/encyclopedia/worker-versioning-legacy.
enum class VersioningIntent {
  compatible,  ///< one that is compatible with the build that asks
  default_,    ///< the task queue's default build
};

/// Names one build of a Worker Deployment.
struct WorkerDeploymentVersion {
  std::string deployment_name = {};
  std::string build_id = {};

  bool operator==(const WorkerDeploymentVersion&) const = default;
};

}  // namespace temporal
