#include <temporal/common/errors.h>
#include <temporal/worker/worker_options.h>

#include <set>
#include <string_view>

namespace temporal::worker {
namespace {

template <class Definitions>
void require_unique_names(const Definitions& definitions, const std::string& kind) {
  std::set<std::string_view> names;
  for (const auto& definition : definitions) {
    if (!names.insert(definition.name).second) {
      throw ConfigurationError{kind + " " + definition.name +
                               " is registered twice: register it once, or give one of "
                               "the two another name by specialising temporal::registered_name"};
    }
  }
}

}  // namespace

void validate(const WorkerOptions& options) {
  if (options.task_queue.empty()) throw ConfigurationError{"task queue not configured: set task_queue"};
  if (options.workflows.empty() && options.activities.empty()) {
    throw ConfigurationError{"nothing to do: register a workflow or an activity (add_workflow, add_activity)"};
  }
  require_unique_names(options.workflows, "workflow");
  require_unique_names(options.activities, "activity");
  for (const auto& definition : options.workflows) {
    if (definition.run == nullptr) {
      throw ConfigurationError{"workflow " + definition.name + " has no run function: add .run<&" + definition.name +
                               "::run>() to its definition"};
    }
    if (options.deployment_version && !definition.options.versioning_behavior && !options.default_versioning_behavior) {
      throw ConfigurationError{"workflow " + definition.name +
                               " has no versioning behavior: register it with {.versioning_behavior = "
                               "VersioningBehavior::pinned} (or auto_upgrade), or set "
                               "worker_config.default_versioning_behavior for all workflows"};
    }
  }
  if (options.max_cached_workflows > 0 && options.max_concurrent_workflow_tasks == 1U) {
    throw ConfigurationError{"max_concurrent_workflow_tasks must be at least 2 while max_cached_workflows is not 0"};
  }
}

}  // namespace temporal::worker
