#include <temporal/workflow/detail/child_workflows.h>

#include <temporal/common/errors.h>
#include <temporal/converter/failure.h>
#include <temporal/converter/proto_enums.h>
#include <temporal/converter/proto_payload.h>
#include <temporal/converter/search_attributes.h>
#include <temporal/workflow/detail/checks.h>
#include <temporal/workflow/detail/context.h>
#include <temporal/workflow/detail/to_proto.h>
#include <temporal/workflow/info.h>

#include <optional>
#include <string>
#include <utility>

namespace temporal::workflow::detail {
namespace {

using coresdk::workflow_activation::ResolveChildWorkflowExecutionStartFailure;
using coresdk::workflow_commands::StartChildWorkflowExecution;

coresdk::child_workflow::ParentClosePolicy to_proto(ParentClosePolicy policy) {
  switch (policy) {
    case ParentClosePolicy::terminate:
      return coresdk::child_workflow::PARENT_CLOSE_POLICY_TERMINATE;
    case ParentClosePolicy::abandon:
      return coresdk::child_workflow::PARENT_CLOSE_POLICY_ABANDON;
    case ParentClosePolicy::request_cancel:
      return coresdk::child_workflow::PARENT_CLOSE_POLICY_REQUEST_CANCEL;
  }
  return coresdk::child_workflow::PARENT_CLOSE_POLICY_UNSPECIFIED;
}

coresdk::child_workflow::ChildWorkflowCancellationType to_proto(ChildWorkflowCancellationType type) {
  switch (type) {
    case ChildWorkflowCancellationType::wait_cancellation_completed:
      return coresdk::child_workflow::WAIT_CANCELLATION_COMPLETED;
    case ChildWorkflowCancellationType::wait_cancellation_requested:
      return coresdk::child_workflow::WAIT_CANCELLATION_REQUESTED;
    case ChildWorkflowCancellationType::try_cancel:
      return coresdk::child_workflow::TRY_CANCEL;
    case ChildWorkflowCancellationType::abandon:
      return coresdk::child_workflow::ABANDON;
  }
  return coresdk::child_workflow::WAIT_CANCELLATION_COMPLETED;
}

void set_options(StartChildWorkflowExecution& start, const ChildWorkflowOptions& options) {
  using converter::set_duration;
  if (options.execution_timeout) set_duration(*start.mutable_workflow_execution_timeout(), *options.execution_timeout);
  if (options.run_timeout) set_duration(*start.mutable_workflow_run_timeout(), *options.run_timeout);
  if (options.task_timeout) set_duration(*start.mutable_workflow_task_timeout(), *options.task_timeout);
  if (options.retry_policy) *start.mutable_retry_policy() = converter::to_proto(*options.retry_policy);
  start.set_cron_schedule(options.cron_schedule);
  if (options.id_reuse_policy) start.set_workflow_id_reuse_policy(converter::to_proto(*options.id_reuse_policy));
  start.set_parent_close_policy(to_proto(options.parent_close_policy));
  start.set_cancellation_type(to_proto(options.cancellation_type));
  if (options.priority != Priority{}) *start.mutable_priority() = converter::to_proto(options.priority);
  start.set_versioning_intent(detail::to_proto(options.versioning_intent));
  if (!options.search_attributes.empty()) {
    *start.mutable_search_attributes() = converter::to_proto(options.search_attributes);
  }
  converter::set_payload_map(*start.mutable_memo(), options.memo);
}

ChildWorkflowErrorInfo error_info(const Context& context, const std::string& id, std::string_view type) {
  return {.namespace_ = context.facts.info.namespace_, .workflow_id = id, .workflow_type = std::string{type}};
}

/// What a child ends with whose cancellation core does not answer: the same error as one that was cancelled later.
std::exception_ptr cancelled(std::string message, ChildWorkflowErrorInfo info, const std::string& reason) {
  info.retry_state = RetryState::cancel_requested;
  return std::make_exception_ptr(
      ChildWorkflowError{std::move(message), std::move(info), cancelled_error("child workflow", reason)});
}

std::exception_ptr not_started(ChildWorkflowErrorInfo info, const ResolveChildWorkflowExecutionStartFailure& failure) {
  std::string message = "Child Workflow Execution failed to start";
  std::exception_ptr cause;
  if (failure.cause() == coresdk::child_workflow::START_CHILD_WORKFLOW_EXECUTION_FAILED_CAUSE_WORKFLOW_ALREADY_EXISTS) {
    cause = std::make_exception_ptr(WorkflowAlreadyStartedError{failure.workflow_id(), {}});
  } else if (failure.cause() ==
             coresdk::child_workflow::START_CHILD_WORKFLOW_EXECUTION_FAILED_CAUSE_NAMESPACE_NOT_FOUND) {
    message += ": there is no such namespace";
  }
  info.retry_state = RetryState::non_retryable_failure;
  return std::make_exception_ptr(ChildWorkflowError{std::move(message), std::move(info), std::move(cause)});
}

}  // namespace

/// A child that was asked for.
///
/// The server refuses a request to cancel a child that it has not started yet, and core sends one all the same: the
/// child would never hear of it, and a parent that waits for it would wait in vain. Such a request is kept until the
/// child has started. (In the task that asks for the child, core takes both back.)
class ChildWorkflows::Running final : public Child {
 public:
  Running(std::uint32_t sequence, std::string id, std::string type, ChildWorkflowCancellationType cancellation_type,
          Context& context)
      : Child(sequence, std::move(id)),
        type_(std::move(type)),
        cancellation_type_(cancellation_type),
        context_(context),
        asked_for_at_(context.facts.history_length) {}

  [[nodiscard]] std::string subject() const override { return "child workflow " + type_; }

  void start(std::string started_run_id) {
    run_id = std::move(started_run_id);
    if (!started.resolved()) started.resolve(context_.scheduler);
    if (kept_ && !outcome_came) request_cancel(*kept_);
  }

  void end(Payload result, const std::exception_ptr& failure) {
    if (resolved()) return;  // a cancellation that was not waited for
    if (!started.resolved()) started.resolve(context_.scheduler, {}, failure);
    resolve(context_.scheduler, std::move(result), failure);
  }

 private:
  void on_cancel(const std::string& reason) override {
    if (outcome_came) return;
    const bool starting = !started.resolved() && context_.facts.history_length != asked_for_at_;
    if (!starting || cancellation_type_ == ChildWorkflowCancellationType::abandon) return request_cancel(reason);
    kept_ = reason;
    if (cancellation_type_ == ChildWorkflowCancellationType::try_cancel) {
      end({}, cancelled("Child Workflow Execution cancelled before it has started", error_info(context_, id, type_),
                        reason));
    }
  }

  void request_cancel(const std::string& reason) {
    auto& cancel = *context_.commands.add().mutable_cancel_child_workflow_execution();
    cancel.set_child_workflow_seq(sequence);
    cancel.set_reason(reason);
  }

  const std::string type_;
  const ChildWorkflowCancellationType cancellation_type_;
  Context& context_;
  const std::uint32_t asked_for_at_;  ///< where the history ended
  std::optional<std::string> kept_;   ///< the reason of a cancellation that the child has to be told of
};

std::shared_ptr<Child> ChildWorkflows::start(std::string_view type, const ChildWorkflowOptions& options,
                                             std::vector<Payload> arguments, Headers headers) {
  Check{context_.commands, "child workflow", type}
      .text("id", options.id)
      .text("task_queue", options.task_queue)
      .duration("execution_timeout", options.execution_timeout)
      .duration("run_timeout", options.run_timeout)
      .duration("task_timeout", options.task_timeout)
      .retry_policy(options.retry_policy)
      .text("cron_schedule", options.cron_schedule)
      .priority(options.priority)
      .search_attributes(options.search_attributes)
      .keys("a key of the memo", options.memo)
      .keys("a header", headers)
      .text("static_summary", options.static_summary)
      .text("static_details", options.static_details);
  auto child = running_.add(context_.commands, options.id.empty() ? uuid4() : options.id, std::string{type},
                            options.cancellation_type, context_);
  const auto& scope = context_.scheduler.scope;
  if (!scope->attach(*child)) {
    end(child->sequence, {},
        cancelled("Child Workflow Execution cancelled before scheduled", error_info(context_, child->id, type),
                  scope->reason()));
    return child;
  }
  auto& command = context_.commands.add();
  auto& start = *command.mutable_start_child_workflow_execution();
  start.set_seq(child->sequence);
  start.set_namespace_(context_.facts.info.namespace_);
  start.set_workflow_id(child->id);
  start.set_workflow_type(std::string{type});
  start.set_task_queue(options.task_queue.empty() ? context_.facts.info.task_queue : options.task_queue);
  converter::set_payloads(*start.mutable_input(), std::move(arguments));
  converter::set_payload_map(*start.mutable_headers(), std::move(headers));
  set_options(start, options);
  set_metadata(command, options.static_summary, options.static_details);
  return child;
}

void ChildWorkflows::announce(const coresdk::workflow_activation::ResolveChildWorkflowExecution& job) const {
  running_.announce(job.seq());
}

void ChildWorkflows::resolve(const coresdk::workflow_activation::ResolveChildWorkflowExecutionStart& job) {
  if (job.has_succeeded()) {
    if (const auto child = running_.find(job.seq())) child->start(job.succeeded().run_id());
  } else if (job.has_failed()) {
    const auto& failed = job.failed();
    end(job.seq(), {}, not_started(error_info(context_, failed.workflow_id(), failed.workflow_type()), failed));
  } else {
    end(job.seq(), {}, converter::from_failure(job.cancelled().failure()));
  }
}

void ChildWorkflows::resolve(const coresdk::workflow_activation::ResolveChildWorkflowExecution& job) {
  const auto& result = job.result();
  if (result.has_completed()) return end(job.seq(), converter::to_payload(result.completed().result()), nullptr);
  const auto& failure = result.has_cancelled() ? result.cancelled().failure() : result.failed().failure();
  end(job.seq(), {}, converter::from_failure(failure));
}

void ChildWorkflows::end(std::uint32_t sequence, Payload result, const std::exception_ptr& failure) {
  if (const auto child = running_.take(sequence)) child->end(std::move(result), failure);
}

std::shared_ptr<Child> request_child_workflow(std::string_view workflow_type, const ChildWorkflowOptions& options,
                                              std::vector<Payload> arguments) {
  auto& context = Context::current();
  auto* const first = context.interception.outbound();
  if (first == nullptr) return context.child_workflows.start(workflow_type, options, std::move(arguments), {});
  StartChildWorkflowInput input{
      .workflow_type = std::string{workflow_type}, .options = options, .arguments = std::move(arguments)};
  if (input.options.id.empty()) input.options.id = uuid4();
  first->start_child_workflow(input);
  return context.child_workflows.start(input.workflow_type, input.options, std::move(input.arguments),
                                       std::move(input.headers));
}

}  // namespace temporal::workflow::detail
