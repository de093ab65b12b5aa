#pragma once

#include <temporal/common/duration.h>
#include <temporal/workflow/detail/instance_options.h>
#include <temporal/workflow/detail/rules.h>
#include <temporal/workflow/info.h>

#include <temporal/sdk/core/workflow_activation/workflow_activation.pb.h>

#include <cstdint>
#include <exception>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace temporal::workflow::detail {

/// What the activations say about the run.
class Facts {
 public:
  Facts(const std::string& run_id, const InstanceOptions& options,
        const coresdk::workflow_activation::InitializeWorkflow& start);

  void update(const coresdk::workflow_activation::WorkflowActivation& activation);
  /// The current task runs by `Rules::in_order`, and not by those before.
  [[nodiscard]] bool in_order() const noexcept { return rules >= Rules::in_order; }

  Info info;
  bool replaying = false;
  Rules rules = Rules::original;
  std::uint32_t history_length = 0;
  std::uint64_t history_size_bytes = 0;
  bool continue_as_new_suggested = false;
  bool target_deployment_version_changed = false;
  std::optional<WorkerDeploymentVersion> deployment_version = {};
  const std::vector<Payload> last_completion_result;
  const std::exception_ptr last_failure;
  Timestamp now = {};
  std::mt19937_64 random;
};

}  // namespace temporal::workflow::detail
