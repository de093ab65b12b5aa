#include <temporal/common/detail/text_checks.h>
#include <temporal/common/errors.h>
#include <temporal/common/reserved_names.h>
#include <temporal/common/utf8.h>
#include <temporal/worker/worker_options.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <set>
#include <string_view>
#include <utility>

namespace temporal::worker {
namespace {

[[noreturn]] void refuse(std::string message) { throw ConfigurationError{std::move(message)}; }

void check_text(const std::string& field, const std::string& text) {
  if (!temporal::detail::is_valid_utf8(text)) refuse(field + " " + std::string{temporal::detail::is_not_text});
}

template <class Definitions>
void check_names(const Definitions& definitions, const std::string& kind) {
  std::set<std::string_view> names;
  for (const auto& definition : definitions) {
    if (definition.name.empty()) refuse("a registered " + kind + " has no name: give it one");
    check_text("the name of a registered " + kind, definition.name);
    if (temporal::detail::is_reserved_name(definition.name)) {
      refuse("a registered " + kind + " is named " + definition.name + ": such names belong to Temporal");
    }
    if (!names.insert(definition.name).second) {
      refuse(kind + " " + definition.name +
             " is registered twice: register it once, or give one of the two another name by specialising "
             "temporal::registered_name");
    }
  }
}

void check_workflow(const workflow::Definition& definition, const WorkerOptions& options) {
  if (definition.run == nullptr) {
    refuse("workflow " + definition.name + " has no run function: add .run<&" + definition.name +
           "::run>() to its definition");
  }
  if (options.deployment_version && !definition.options.versioning_behavior && !options.default_versioning_behavior) {
    refuse("workflow " + definition.name +
           " has no versioning behavior: register it with {.versioning_behavior = VersioningBehavior::pinned} (or "
           "auto_upgrade), or set worker_config.default_versioning_behavior for all workflows");
  }
  if (!options.deployment_version && definition.options.versioning_behavior) {
    refuse("workflow " + definition.name +
           " has a versioning behavior, and the worker has no version: the server would refuse all that it does. Set "
           "deployment_version, or register the workflow without a versioning_behavior");
  }
}

void check_required_activities(const workflow::Definition& definition, const WorkerOptions& options) {
  if (options.dynamic_activity) return;
  for (const auto& required : definition.options.required_activities) {
    if (std::ranges::find(options.activities, required, &activity::Definition::name) == options.activities.end()) {
      refuse("workflow " + definition.name + " requires the activity " + required +
             ", which is not registered: register it with add_activity, or take it out of required_activities when "
             "another task queue has it");
    }
  }
}

void check_slots(const WorkerOptions& options) {
  const std::array<std::pair<const char*, std::optional<std::size_t>>, 4> all = {{
      {"max_concurrent_activities", options.max_concurrent_activities},
      {"max_concurrent_local_activities", options.max_concurrent_local_activities},
      {"max_concurrent_nexus_tasks", options.max_concurrent_nexus_tasks},
      {"max_concurrent_workflow_tasks", options.max_concurrent_workflow_tasks},
  }};
  for (const auto& [name, slots] : all) {
    if (slots && options.tuner) refuse(std::string{name} + " and tuner exclude each other: leave one of them unset");
    if (slots == 0U) refuse(std::string{name} + " is 0: set it to at least 1, or leave it unset");
  }
  if (options.max_cached_workflows > 0 && options.max_concurrent_workflow_tasks == 1U) {
    refuse("max_concurrent_workflow_tasks is 1: it needs at least 2 while max_cached_workflows is not 0");
  }
}

void check_supplier(const std::string& name, const SlotSupplier& supplier, std::size_t least) {
  const auto too_few = [&](std::size_t slots) {
    if (slots < least) refuse(name + " has " + std::to_string(slots) + " slots: it needs " + std::to_string(least));
  };
  if (const auto* fixed = std::get_if<FixedSizeSlots>(&supplier)) {
    too_few(fixed->slots);
  } else if (const auto* scaling = std::get_if<ResourceBasedSlots>(&supplier)) {
    too_few(scaling->maximum);
    if (scaling->minimum > scaling->maximum || scaling->ramp_throttle < Duration::zero()) {
      refuse(name + " is out of order: ResourceBasedSlots needs minimum <= maximum and ramp_throttle >= 0");
    }
  } else if (!std::get<std::shared_ptr<CustomSlotSupplier>>(supplier)) {
    refuse(name + " is a null pointer: give it a supplier");
  }
}

void check_tuner(const WorkerTuner& tuner, std::size_t least_workflow_tasks) {
  check_supplier("tuner.workflow_tasks", tuner.workflow_tasks, least_workflow_tasks);
  check_supplier("tuner.activities", tuner.activities, 1);
  check_supplier("tuner.local_activities", tuner.local_activities, 1);
  check_supplier("tuner.nexus_tasks", tuner.nexus_tasks, 1);
  for (const double target : {tuner.resource_targets.memory_usage, tuner.resource_targets.cpu_usage}) {
    if (!(target > 0 && target <= 1)) refuse("tuner.resource_targets are parts of 1: more than 0, and 1 at most");
  }
}

void check_pollers(const char* name, const std::optional<PollerBehavior>& behavior, std::size_t least) {
  if (!behavior) return;
  if (const auto* simple = std::get_if<SimpleMaximum>(&*behavior)) {
    if (simple->maximum < least) {
      refuse(std::string{name} + " is SimpleMaximum(" + std::to_string(simple->maximum) + "): it needs at least " +
             std::to_string(least) + (least == 2 ? " while max_cached_workflows is not 0" : ""));
    }
    return;
  }
  const auto& scaling = std::get<Autoscaling>(*behavior);
  if (scaling.minimum < 1 || scaling.minimum > scaling.initial || scaling.initial > scaling.maximum) {
    refuse(std::string{name} + " is out of order: Autoscaling needs 1 <= minimum <= initial <= maximum");
  }
}

void check_rate(const char* name, const std::optional<double>& per_second) {
  if (per_second && (!std::isnormal(*per_second) || *per_second < 0)) {
    refuse(std::string{name} + " is " + std::to_string(*per_second) + ": set it to more than 0, or leave it unset");
  }
}

}  // namespace

void validate(const WorkerOptions& options) {
  if (options.task_queue.empty()) refuse("task queue not configured: set task_queue");
  check_text("task_queue", options.task_queue);
  if (temporal::detail::is_reserved_name(options.task_queue)) {
    refuse("task_queue is " + options.task_queue + ": such names belong to Temporal");
  }
  check_text("identity", options.identity.value_or(""));
  if (const auto& version = options.deployment_version) {
    check_text("deployment_version.deployment_name", version->deployment_name);
    check_text("deployment_version.build_id", version->build_id);
  }
  if (options.workflows.empty() && options.activities.empty() && !options.dynamic_activity) {
    refuse("nothing to do: register a workflow or an activity (add_workflow, add_activity)");
  }
  check_names(options.workflows, "workflow");
  check_names(options.activities, "activity");
  if (std::ranges::count_if(options.workflows, &workflow::Definition::dynamic) > 1) {
    refuse("two dynamic workflows are registered: all unknown types can go to one only");
  }
  for (const auto& definition : options.workflows) {
    check_workflow(definition, options);
    check_required_activities(definition, options);
  }
  if (options.default_versioning_behavior && !options.deployment_version) {
    refuse("default_versioning_behavior means nothing without a version: set deployment_version, too");
  }
  check_slots(options);
  if (options.tuner) check_tuner(*options.tuner, options.max_cached_workflows > 0 ? 2 : 1);
  check_pollers("workflow_task_poller_behavior", options.workflow_task_poller_behavior,
                options.max_cached_workflows > 0 ? 2 : 1);
  check_pollers("activity_task_poller_behavior", options.activity_task_poller_behavior, 1);
  check_pollers("nexus_task_poller_behavior", options.nexus_task_poller_behavior, 1);
  check_rate("max_activities_per_second", options.max_activities_per_second);
  check_rate("max_task_queue_activities_per_second", options.max_task_queue_activities_per_second);
  if (std::ranges::find(options.interceptors, nullptr) != options.interceptors.end()) {
    refuse("one of interceptors is a null pointer: give it an interceptor");
  }
  if (options.graceful_shutdown_timeout < Duration::zero()) {
    refuse("graceful_shutdown_timeout is negative: set it to 0 or more");
  }
  if (options.deadlock_timeout && *options.deadlock_timeout < Duration::zero()) {
    refuse("deadlock_timeout is negative: set it to more than 0, or to none, to wait for workflows without a limit");
  }
}

}  // namespace temporal::worker
