#include <temporal/worker/detail/bridge_options.h>

#include <temporal/api/enums/v1/workflow.pb.h>

#include <chrono>
#include <variant>

namespace temporal::worker::detail {
namespace {

constexpr std::size_t default_slots = 100;

std::int64_t milliseconds(const std::optional<Duration>& duration) {
  return duration ? std::chrono::duration_cast<std::chrono::milliseconds>(*duration).count() : 0;
}

std::uint32_t slots(const std::optional<std::size_t>& chosen) {
  return static_cast<std::uint32_t>(chosen.value_or(default_slots));
}

bridge::v1::SlotSupplier to_bridge(const SlotSupplier& supplier) {
  bridge::v1::SlotSupplier message;
  if (const auto* fixed = std::get_if<FixedSizeSlots>(&supplier)) {
    message.set_fixed_size(static_cast<std::uint32_t>(fixed->slots));
  } else if (const auto* scaling = std::get_if<ResourceBasedSlots>(&supplier)) {
    auto& slots = *message.mutable_resource_based();
    slots.set_minimum(static_cast<std::uint32_t>(scaling->minimum));
    slots.set_maximum(static_cast<std::uint32_t>(scaling->maximum));
    slots.set_ramp_throttle_ms(milliseconds(scaling->ramp_throttle));
  }
  return message;
}

bridge::v1::Tuner to_bridge(const WorkerTuner& tuner) {
  bridge::v1::Tuner message;
  *message.mutable_workflow_tasks() = to_bridge(tuner.workflow_tasks);
  *message.mutable_activities() = to_bridge(tuner.activities);
  *message.mutable_local_activities() = to_bridge(tuner.local_activities);
  *message.mutable_nexus_tasks() = to_bridge(tuner.nexus_tasks);
  message.mutable_resource_targets()->set_memory_usage(tuner.resource_targets.memory_usage);
  message.mutable_resource_targets()->set_cpu_usage(tuner.resource_targets.cpu_usage);
  return message;
}

bridge::v1::Poller to_bridge(const PollerBehavior& behavior) {
  bridge::v1::Poller poller;
  if (const auto* simple = std::get_if<SimpleMaximum>(&behavior)) {
    poller.set_simple_maximum(static_cast<std::uint32_t>(simple->maximum));
  } else {
    const auto& autoscaling = std::get<Autoscaling>(behavior);
    poller.set_minimum(static_cast<std::uint32_t>(autoscaling.minimum));
    poller.set_maximum(static_cast<std::uint32_t>(autoscaling.maximum));
    poller.set_initial(static_cast<std::uint32_t>(autoscaling.initial));
  }
  return poller;
}

int to_bridge(VersioningBehavior behavior) {
  return behavior == VersioningBehavior::pinned ? api::enums::v1::VERSIONING_BEHAVIOR_PINNED
                                                : api::enums::v1::VERSIONING_BEHAVIOR_AUTO_UPGRADE;
}

}  // namespace

bridge::v1::WorkerOptions to_bridge(const WorkerOptions& options, const client::ConnectOptions& connection) {
  bridge::v1::WorkerOptions message;
  message.set_namespace_(connection.namespace_);
  message.set_task_queue(options.task_queue);
  message.set_identity(options.identity.value_or(""));
  if (options.deployment_version) {
    message.set_deployment_name(options.deployment_version->deployment_name);
    message.set_build_id(options.deployment_version->build_id);
    message.set_use_worker_versioning(true);
    if (options.default_versioning_behavior) {
      message.set_default_versioning_behavior(to_bridge(*options.default_versioning_behavior));
    }
  }
  message.set_max_cached_workflows(static_cast<std::uint32_t>(options.max_cached_workflows));
  if (options.tuner) {
    *message.mutable_tuner() = to_bridge(*options.tuner);
  } else {
    message.set_max_outstanding_workflow_tasks(slots(options.max_concurrent_workflow_tasks));
    message.set_max_outstanding_activities(slots(options.max_concurrent_activities));
    message.set_max_outstanding_local_activities(slots(options.max_concurrent_local_activities));
    message.set_max_outstanding_nexus_tasks(slots(options.max_concurrent_nexus_tasks));
  }
  if (options.workflow_task_poller_behavior) {
    *message.mutable_workflow_task_poller() = to_bridge(*options.workflow_task_poller_behavior);
  }
  if (options.activity_task_poller_behavior) {
    *message.mutable_activity_task_poller() = to_bridge(*options.activity_task_poller_behavior);
  }
  if (options.nexus_task_poller_behavior) {
    *message.mutable_nexus_task_poller() = to_bridge(*options.nexus_task_poller_behavior);
  }
  message.set_sticky_schedule_to_start_timeout_ms(milliseconds(options.sticky_schedule_to_start_timeout));
  message.set_max_heartbeat_throttle_interval_ms(milliseconds(options.max_heartbeat_throttle_interval));
  message.set_default_heartbeat_throttle_interval_ms(milliseconds(options.default_heartbeat_throttle_interval));
  message.set_max_activities_per_second(options.max_activities_per_second.value_or(0));
  message.set_max_task_queue_activities_per_second(options.max_task_queue_activities_per_second.value_or(0));
  message.set_graceful_shutdown_period_ms(milliseconds(options.graceful_shutdown_timeout));
  message.set_enable_workflows(!options.workflows.empty());
  // Also where no activity is registered: core would drop the calls of workflows, and their tasks would time out.
  message.set_enable_local_activities(!options.workflows.empty());
  message.set_enable_remote_activities(!options.activities.empty() || options.dynamic_activity);
  message.set_nondeterminism_fails_workflow(options.nondeterminism_fails_workflow);
  message.set_disable_eager_activities(options.disable_eager_activity_execution);
  return message;
}

}  // namespace temporal::worker::detail
