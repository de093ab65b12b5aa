#include <temporal/workflow/detail/facts.h>

#include <temporal/converter/failure.h>
#include <temporal/converter/proto_payload.h>

#include <algorithm>
#include <optional>

namespace temporal::workflow::detail {
namespace {

std::optional<Duration> timeout(bool set, const well_known::Duration& value) {
  return set ? std::optional{converter::to_duration(value)} : std::nullopt;
}

std::optional<WorkflowExecution> parent_of(const coresdk::workflow_activation::InitializeWorkflow& start) {
  if (!start.has_parent_workflow_info()) return std::nullopt;
  const auto& parent = start.parent_workflow_info();
  return WorkflowExecution{
      .namespace_ = parent.namespace_(), .workflow_id = parent.workflow_id(), .run_id = parent.run_id()};
}

std::optional<WorkflowExecution> root_of(const coresdk::workflow_activation::InitializeWorkflow& start,
                                         const std::string& own_namespace) {
  if (!start.has_root_workflow()) return std::nullopt;
  const auto& root = start.root_workflow();
  return WorkflowExecution{.namespace_ = own_namespace, .workflow_id = root.workflow_id(), .run_id = root.run_id()};
}

}  // namespace

Facts::Facts(const std::string& run_id, const InstanceOptions& options,
             const coresdk::workflow_activation::InitializeWorkflow& start)
    : info{
          .workflow_id = start.workflow_id(),
          .run_id = run_id,
          .workflow_type = start.workflow_type(),
          .namespace_ = options.namespace_,
          .task_queue = options.task_queue,
          .first_execution_run_id = start.first_execution_run_id(),
          .continued_run_id = start.continued_from_execution_run_id(),
          .parent = parent_of(start),
          .root = root_of(start, options.namespace_),
          .attempt = start.attempt(),
          .cron_schedule = start.cron_schedule(),
          .retry_policy = start.has_retry_policy() ? std::optional{converter::to_retry_policy(start.retry_policy())}
                                                   : std::nullopt,
          .priority = converter::to_priority(start.priority()),
          .start_time = converter::to_timestamp(start.start_time()),
          .execution_timeout = timeout(start.has_workflow_execution_timeout(), start.workflow_execution_timeout()),
          .run_timeout = timeout(start.has_workflow_run_timeout(), start.workflow_run_timeout()),
          .task_timeout = timeout(start.has_workflow_task_timeout(), start.workflow_task_timeout()),
          .headers = converter::to_payload_map(start.headers()),
      },
      last_completion_result(converter::to_payloads(start.last_completion_result())),
      last_failure(start.has_continued_failure() ? converter::from_failure(start.continued_failure()) : nullptr),
      random(start.randomness_seed()) {}

void Facts::update(const coresdk::workflow_activation::WorkflowActivation& activation) {
  now = converter::to_timestamp(activation.timestamp());
  replaying = activation.is_replaying();
  const auto& recorded = activation.available_internal_flags();
  const bool in_order = !replaying || std::ranges::count(recorded, static_cast<std::uint32_t>(Rules::in_order)) > 0;
  rules = in_order ? Rules::in_order : Rules::original;
  history_length = activation.history_length();
  history_size_bytes = activation.history_size_bytes();
  continue_as_new_suggested = activation.continue_as_new_suggested();
  target_deployment_version_changed = activation.target_worker_deployment_version_changed();
  const auto& version = activation.deployment_version_for_current_task();
  deployment_version = version.build_id().empty()
                           ? std::nullopt
                           : std::optional{WorkerDeploymentVersion{.deployment_name = version.deployment_name(),
                                                                   .build_id = version.build_id()}};
}

}  // namespace temporal::workflow::detail
