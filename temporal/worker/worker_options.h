#pragma once

#include <temporal/activity/definition.h>
#include <temporal/common/client_errors.h>
#include <temporal/common/duration.h>
#include <temporal/common/executor.h>
#include <temporal/common/log.h>
#include <temporal/common/versioning.h>
#include <temporal/worker/interceptor.h>
#include <temporal/worker/tuner.h>
#include <temporal/workflow/definition.h>

#include <chrono>
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

/// Options of a worker. A value, not thread-safe: copies share what it points to, which are the objects of activities,
/// the interceptors, the executor and the slot suppliers.
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
  /// Decides it in place of these four.
  std::optional<WorkerTuner> tuner = {};

  std::optional<PollerBehavior> workflow_task_poller_behavior = {};
  std::optional<PollerBehavior> activity_task_poller_behavior = {};
  std::optional<PollerBehavior> nexus_task_poller_behavior = {};

  std::size_t max_cached_workflows = 1000;                           ///< 0: no cache; a local activity may run twice
  std::optional<Duration> sticky_schedule_to_start_timeout = {};     ///< 10 s when not chosen
  std::optional<Duration> max_heartbeat_throttle_interval = {};      ///< 60 s when not chosen
  std::optional<Duration> default_heartbeat_throttle_interval = {};  ///< 30 s when not chosen
  std::optional<double> max_activities_per_second = {};              ///< of this worker
  std::optional<double> max_task_queue_activities_per_second = {};   ///< of all workers of the task queue

  /// Runs the activities that are coroutines; `default_executor()` when not chosen.
  std::shared_ptr<Executor> activity_executor = {};

  /// How long running activities may go on after a shutdown has begun before they are asked to stop.
  Duration graceful_shutdown_timeout = {};
  bool disable_eager_activity_execution = false;

  /// A workflow that does not yield for this long fails its task ("[TMPRL1101] Potential deadlock detected"), and the
  /// worker's other workflows go on. C++ cannot interrupt it: its thread is set aside until it yields. None or zero:
  /// workflows may take as long as they like, for example in a debugger.
  std::optional<Duration> deadlock_timeout = std::chrono::seconds{2};
  /// Exceptions that fail a workflow in place of its task, besides `FailureError` and those of its definition.
  workflow::FailureTypes workflow_failure_exception_types = {};
  /// A workflow whose code does not fit its history fails, where otherwise its task does and is tried again.
  bool nondeterminism_fails_workflow = false;
  /// Where `workflow::logger()` and `activity::logger()` write, the worker itself, and what works below it: a server
  /// that is away or refuses something is a warning there. Not chosen: JSON lines on standard error; on Lambda, the
  /// invocation's own log.
  std::optional<Logger> log = {};

  /// Around every workflow run and every attempt of an activity; the first one is the outermost.
  std::vector<std::shared_ptr<Interceptor>> interceptors = {};

  std::vector<workflow::Definition> workflows = {};
  std::vector<activity::Definition> activities = {};
  std::optional<activity::Definition> dynamic_activity = {};  ///< for types that are not registered

  /// Registers a workflow that is a function.
  template <auto Function>
  void add_workflow(workflow::DefinitionOptions options = {}) {
    workflows.push_back(workflow::function_definition<Function>(std::move(options)));
  }
  /// Registers a workflow that is a class: `add_workflow(workflow::definition<Order>().run<&Order::run>())`.
  void add_workflow(workflow::Definition definition) { workflows.push_back(std::move(definition)); }

  /// Registers the function that runs for every workflow type without a registration of its own.
  template <auto Function>
  void add_dynamic_workflow(workflow::DefinitionOptions options = {}) {
    workflows.push_back(workflow::dynamic_definition<Function>(std::move(options)));
  }

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
  /// Registers an activity that is a lambda: `add_activity("greet", [db](std::string name) { … })`. Its captures are
  /// shared by calls that run side by side.
  template <class Callable>
  void add_activity(std::string name, Callable callable) {
    activities.push_back(activity::callable_definition(std::move(name), std::move(callable)));
  }
  void add_activity(activity::Definition definition) { activities.push_back(std::move(definition)); }
  /// Registers the function that runs for every activity type without a registration of its own.
  /// @throws ConfigurationError when there is one.
  template <auto Function>
  void add_dynamic_activity() {
    if (dynamic_activity) {
      throw ConfigurationError{"two dynamic activities are registered: all unknown types can go to one only"};
    }
    dynamic_activity = activity::dynamic_definition<Function>();
  }
};

/// Throws `ConfigurationError`, with what to change, for options no worker could run with: no task queue, nothing
/// registered, an empty name, a name registered twice, a workflow without a run function, a versioning behavior without
/// a version or the other way round, a workflow whose `required_activities` are not all here, a limit that lets nothing
/// through, an interceptor that is null. A worker calls it when it is constructed.
///
/// A workflow may call activities that it does not require and that are not registered here: another worker of the task
/// queue can have them. A worker that has others fails the task with a "NotFoundError" that lists those.
/// A signature whose types do not travel, and a misspelt handler, do not compile.
void validate(const WorkerOptions& options);

}  // namespace temporal::worker
