#pragma once

#include <temporal/common/headers.h>
#include <temporal/common/payload.h>
#include <temporal/workflow/child_workflow.h>
#include <temporal/workflow/detail/command_table.h>

#include <temporal/sdk/core/workflow_activation/workflow_activation.pb.h>

#include <exception>
#include <memory>
#include <string_view>
#include <vector>

namespace temporal::workflow::detail {

class Context;

/// The child workflows that run. Core answers a cancellation with an outcome, when the child's cancellation type says.
/// One of a child that is on its way to the server is kept until it has started.
///
///   asked for ──▶ started ──▶ ended
///       └───── not started ─────┘       the failure is the outcome of both
class ChildWorkflows {
 public:
  explicit ChildWorkflows(Context& context) noexcept : context_(context) {}

  std::shared_ptr<Child> start(std::string_view type, const ChildWorkflowOptions& options,
                               std::vector<Payload> arguments, Headers headers);
  void announce(const coresdk::workflow_activation::ResolveChildWorkflowExecution& job) const;
  void resolve(const coresdk::workflow_activation::ResolveChildWorkflowExecutionStart& job);
  void resolve(const coresdk::workflow_activation::ResolveChildWorkflowExecution& job);

 private:
  class Running;

  void end(std::uint32_t sequence, Payload result, const std::exception_ptr& failure);

  Context& context_;
  CommandTable<Running> running_;
};

}  // namespace temporal::workflow::detail
