#pragma once

#include <temporal/activity/definition.h>
#include <temporal/common/duration.h>
#include <temporal/common/versioning.h>
#include <temporal/workflow/definition.h>

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

/// \file
/// Everything that can be chosen about a worker.

namespace temporal::worker {

/// Up to this many polls of one kind are open at a time.
struct SimpleMaximum {
  std::size_t maximum = 5;
};

/// The server says how many polls are worth having open.
struct Autoscaling {
  std::size_t minimum = 1;
  std::size_t maximum = 100;
  std::size_t initial = 5;
};

using PollerBehavior = std::variant<SimpleMaximum, Autoscaling>;

/// Options of a worker. A value: copies share only what activities' objects the user registered.
/// See https://docs.temporal.io/develop/worker-performance for what the limits do.
struct WorkerOptions {
  std::string task_queue = {};               ///< required
  std::optional<std::string> identity = {};  ///< the client's when not chosen

  /// Set: Worker Deployment Versioning is on, with this version.
  std::optional<WorkerDeploymentVersion> deployment_version = {};
  /// For workflows that are registered without a versioning behavior.
  std::optional<VersioningBehavior> default_versioning_behavior = {};

  // How many tasks run side by side; 100 each when not chosen.
  std::optional<std::size_t> max_concurrent_workflow_tasks = {};
  std::optional<std::size_t> max_concurrent_activities = {};
  std::optional<std::size_t> max_concurrent_local_activities = {};
  std::optional<std::size_t> max_concurrent_nexus_tasks = {};

  std::optional<PollerBehavior> workflow_task_poller_behavior = {};
  std::optional<PollerBehavior> activity_task_poller_behavior = {};
  std::optional<PollerBehavior> nexus_task_poller_behavior = {};

  std::size_t max_cached_workflows = 1000;                           ///< zero: no sticky cache
  std::optional<Duration> sticky_schedule_to_start_timeout = {};     ///< 10 s when not chosen
  std::optional<Duration> max_heartbeat_throttle_interval = {};      ///< 60 s when not chosen
  std::optional<Duration> default_heartbeat_throttle_interval = {};  ///< 30 s when not chosen
  std::optional<double> max_activities_per_second = {};              ///< of this worker
  std::optional<double> max_task_queue_activities_per_second = {};   ///< of all workers of the task queue

  /// How long running activities may go on after a shutdown has begun before they are asked to stop.
  Duration graceful_shutdown_timeout = {};
  bool disable_eager_activity_execution = false;

  std::vector<workflow::Definition> workflows = {};
  std::vector<activity::Definition> activities = {};

  /// Registers a workflow that is a function.
  template <auto Function>
  void add_workflow(workflow::DefinitionOptions options = {}) {
    workflows.push_back(workflow::function_definition<Function>(options));
  }
  /// Registers a workflow that is a class: `add_workflow(workflow::definition<Order>().run<&Order::run>())`.
  void add_workflow(workflow::Definition definition) { workflows.push_back(std::move(definition)); }

  /// Registers an activity that is a function.
  template <auto Function>
  void add_activity() {
    activities.push_back(activity::function_definition<Function>());
  }
  /// Registers an activity that is a member function of a shared, thread-safe object.
  template <auto Member, class Object>
  void add_activity(std::shared_ptr<Object> object) {
    activities.push_back(activity::member_definition<Member>(std::move(object)));
  }
  void add_activity(activity::Definition definition) { activities.push_back(std::move(definition)); }
};

/// Throws `ConfigurationError`, with what to change, for options no worker could run with: no task queue, nothing
/// registered, a name registered twice, a versioned workflow without a versioning behavior.
void validate(const WorkerOptions& options);

}  // namespace temporal::worker
