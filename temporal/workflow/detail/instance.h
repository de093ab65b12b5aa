#pragma once

#include <temporal/workflow/definition.h>
#include <temporal/workflow/detail/context.h>
#include <temporal/workflow/detail/instance_options.h>
#include <temporal/workflow/detail/routine.h>
#include <temporal/workflow/interceptor.h>

#include <temporal/sdk/core/workflow_activation/workflow_activation.pb.h>
#include <temporal/sdk/core/workflow_completion/workflow_completion.pb.h>

#include <string>

namespace temporal::workflow::detail {

/// One cached workflow run: takes activations, gives completions. Destroying it is the eviction. Used by one thread at
/// a time.
///
/// It knows in which order the jobs of an activation are applied; what each one means is known to the part of the
/// `Context` that it is for.
class Instance {
 public:
  /// `definition` must outlive the instance.
  Instance(const Definition& definition, InstanceOptions options, const std::string& run_id,
           const coresdk::workflow_activation::InitializeWorkflow& start);

  /// Never throws for what user code does: a failure becomes a failed workflow or a failed task.
  coresdk::workflow_completion::WorkflowActivationCompletion activate(
      const coresdk::workflow_activation::WorkflowActivation& activation);

 private:
  void apply(const coresdk::workflow_activation::WorkflowActivation& activation);
  void apply(const coresdk::workflow_activation::WorkflowActivationJob& job);
  Routine run_main(ExecuteInput input);
  Task<Payload> execute(ExecuteInput input);
  [[nodiscard]] api::enums::v1::VersioningBehavior versioning_behavior() const;

  Context context_;
};

}  // namespace temporal::workflow::detail
