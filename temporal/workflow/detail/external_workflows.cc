#include <temporal/workflow/detail/external_workflows.h>

#include <temporal/converter/failure.h>
#include <temporal/converter/proto_payload.h>
#include <temporal/workflow/detail/checks.h>
#include <temporal/workflow/detail/context.h>

#include <exception>
#include <utility>

namespace temporal::workflow::detail {

class ExternalWorkflows::Signal final : public PendingCommand {
 public:
  Signal(std::uint32_t sequence, Context& context) noexcept : PendingCommand(sequence), context_(context) {}

 private:
  void on_cancel(const std::string& /*reason*/) override {
    if (!outcome_came) context_.commands.add().mutable_cancel_signal_workflow()->set_seq(sequence);
  }
  Context& context_;
};

class ExternalWorkflows::CancelRequest final : public PendingCommand {
 public:
  using PendingCommand::PendingCommand;

 private:
  void on_cancel(const std::string& /*reason*/) override {}
};

void ExternalWorkflows::set_execution(coresdk::common::NamespacedWorkflowExecution& execution,
                                      const std::string& workflow_id, const std::string& run_id) const {
  execution.set_namespace_(context_.facts.info.namespace_);
  execution.set_workflow_id(workflow_id);
  execution.set_run_id(run_id);
}

std::shared_ptr<PendingCommand> ExternalWorkflows::signal(SignalWorkflowInput input) {
  Check{context_.commands, "signal", input.name}
      .name("the name", input.name)
      .name("workflow_id", input.workflow_id)
      .text("run_id", input.run_id)
      .keys("a header", input.headers);
  auto signal = signals_.add(context_.commands, context_);
  const auto& scope = context_.scheduler.scope;
  if (!scope->attach(*signal)) {
    signals_.take(signal->sequence)->resolve(context_.scheduler, {}, cancelled_error("signal", scope->reason()));
    return signal;
  }
  auto& command = *context_.commands.add().mutable_signal_external_workflow_execution();
  command.set_seq(signal->sequence);
  command.set_signal_name(std::move(input.name));
  converter::set_payloads(*command.mutable_args(), std::move(input.arguments));
  converter::set_payload_map(*command.mutable_headers(), std::move(input.headers));
  if (input.is_child) {
    command.set_child_workflow_id(std::move(input.workflow_id));
  } else {
    set_execution(*command.mutable_workflow_execution(), input.workflow_id, input.run_id);
  }
  return signal;
}

std::shared_ptr<PendingCommand> ExternalWorkflows::cancel(const CancelExternalWorkflowInput& input) {
  Check{context_.commands, "cancellation of workflow", input.workflow_id}
      .name("workflow_id", input.workflow_id)
      .text("run_id", input.run_id)
      .text("reason", input.reason);
  auto request = cancel_requests_.add(context_.commands);
  auto& command = *context_.commands.add().mutable_request_cancel_external_workflow_execution();
  command.set_seq(request->sequence);
  command.set_reason(input.reason);
  set_execution(*command.mutable_workflow_execution(), input.workflow_id, input.run_id);
  return request;
}

void ExternalWorkflows::announce(const coresdk::workflow_activation::ResolveSignalExternalWorkflow& job) const {
  signals_.announce(job.seq());
}

void ExternalWorkflows::resolve(const coresdk::workflow_activation::ResolveSignalExternalWorkflow& job) {
  const auto signal = signals_.take(job.seq());
  if (signal)
    signal->resolve(context_.scheduler, {}, job.has_failure() ? converter::from_failure(job.failure()) : nullptr);
}

void ExternalWorkflows::resolve(const coresdk::workflow_activation::ResolveRequestCancelExternalWorkflow& job) {
  const auto request = cancel_requests_.take(job.seq());
  if (request)
    request->resolve(context_.scheduler, {}, job.has_failure() ? converter::from_failure(job.failure()) : nullptr);
}

Task<> signal_workflow(SignalTarget target, std::string signal_name, std::vector<Payload> arguments) {
  auto& context = Context::current();
  SignalWorkflowInput input{.workflow_id = std::move(target.workflow_id),
                            .run_id = std::move(target.run_id),
                            .is_child = target.is_child,
                            .name = std::move(signal_name),
                            .arguments = std::move(arguments)};
  if (auto* const first = context.interception.outbound()) first->signal_workflow(input);
  co_await Wait{context.external_workflows.signal(std::move(input))};
}

Task<> cancel_external_workflow(std::string workflow_id, std::string run_id, std::string reason) {
  auto& context = Context::current();
  CancelExternalWorkflowInput input{
      .workflow_id = std::move(workflow_id), .run_id = std::move(run_id), .reason = std::move(reason)};
  if (auto* const first = context.interception.outbound()) first->cancel_external_workflow(input);
  co_await Wait{context.external_workflows.cancel(input)};
}

}  // namespace temporal::workflow::detail
