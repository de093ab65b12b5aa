#pragma once

#include <temporal/workflow/detail/command_table.h>
#include <temporal/workflow/detail/pending.h>
#include <temporal/workflow/external_workflow.h>
#include <temporal/workflow/interceptor.h>

#include <temporal/sdk/core/workflow_activation/workflow_activation.pb.h>

#include <memory>
#include <string>

namespace temporal::workflow::detail {

class Context;

/// Signals and cancellation requests on their way to other workflows, children included. A signal that is not sent yet
/// can be cancelled; a cancellation request cannot.
class ExternalWorkflows {
 public:
  explicit ExternalWorkflows(Context& context) noexcept : context_(context) {}

  std::shared_ptr<PendingCommand> signal(SignalWorkflowInput input);
  std::shared_ptr<PendingCommand> cancel(const CancelExternalWorkflowInput& input);

  void announce(const coresdk::workflow_activation::ResolveSignalExternalWorkflow& job) const;
  void resolve(const coresdk::workflow_activation::ResolveSignalExternalWorkflow& job);
  void resolve(const coresdk::workflow_activation::ResolveRequestCancelExternalWorkflow& job);

 private:
  class Signal;
  class CancelRequest;

  void set_execution(coresdk::common::NamespacedWorkflowExecution& execution, const std::string& workflow_id,
                     const std::string& run_id) const;

  Context& context_;
  CommandTable<Signal> signals_;
  CommandTable<CancelRequest> cancel_requests_;
};

}  // namespace temporal::workflow::detail
