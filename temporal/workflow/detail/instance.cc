#include <temporal/workflow/detail/instance.h>

#include <temporal/common/failure_errors.h>
#include <temporal/converter/failure.h>
#include <temporal/converter/proto_payload.h>

#include <algorithm>
#include <array>
#include <exception>
#include <stdexcept>
#include <utility>

namespace temporal::workflow::detail {
namespace {

using coresdk::workflow_activation::WorkflowActivation;
using coresdk::workflow_completion::WorkflowActivationCompletion;
using Job = coresdk::workflow_activation::WorkflowActivationJob;

/// Jobs of one activation are applied in four steps: what the code may ask for, what handlers must see before the main
/// function goes on, the rest, and queries over the final state. After the two in the middle all runs that can. The
/// first is a step of replays alone, and queries are in no history: nothing may go on for them, and neither for updates
/// that were all rejected.
enum Step { facts, handlers, progress, queries, step_count };

Step step_of(const Job& job) {
  switch (job.variant_case()) {
    case Job::kNotifyHasPatch:
    case Job::kUpdateRandomSeed:
      return facts;
    case Job::kSignalWorkflow:
    case Job::kDoUpdate:
      return handlers;
    case Job::kQueryWorkflow:
      return queries;
    default:
      return progress;
  }
}

/// Only interceptors look at more than the arguments.
ExecuteInput input_of(const coresdk::workflow_activation::InitializeWorkflow& job, bool intercepted) {
  ExecuteInput input{.arguments = converter::to_payloads(job.arguments())};
  if (intercepted) {
    input.workflow_type = job.workflow_type();
    input.headers = converter::to_payload_map(job.headers());
  }
  return input;
}

/// The server throws a task away that only rejected updates, and core would take its flags for written all the same.
bool leaves_no_trace(const WorkflowActivation& activation, const coresdk::workflow_completion::Success& success) {
  return std::ranges::all_of(activation.jobs(), [](const auto& job) { return job.has_do_update(); }) &&
         std::ranges::all_of(success.commands(), [](const auto& command) {
           return command.has_update_response() && command.update_response().has_rejected();
         });
}

}  // namespace

Instance::Instance(const Definition& definition, InstanceOptions options, const std::string& run_id,
                   const coresdk::workflow_activation::InitializeWorkflow& start)
    : context_(definition, std::move(options), run_id, start) {}

WorkflowActivationCompletion Instance::activate(const WorkflowActivation& activation) {
  WorkflowActivationCompletion completion;
  completion.set_run_id(context_.facts.info.run_id);
  const Context::Entered entered{context_};
  context_.commands.clear();
  try {
    apply(activation);
    auto& success = *completion.mutable_successful();
    success = context_.commands.take();
    success.set_versioning_behavior(versioning_behavior());
    if (context_.facts.rules != Rules::original && !leaves_no_trace(activation, success)) {
      success.add_used_internal_flags(static_cast<std::uint32_t>(context_.facts.rules));
    }
  } catch (...) {
    *completion.mutable_failed()->mutable_failure() = converter::to_failure(std::current_exception());
  }
  return completion;
}

void Instance::apply(const WorkflowActivation& activation) {
  context_.facts.update(activation);
  if (!context_.object && context_.definition.create != nullptr) context_.object = context_.definition.create();
  const temporal::detail::CancellationsCountAnywhere anywhere{!context_.facts.in_order()};
  const bool was_decided = context_.outcome.decided();
  std::array<std::vector<const Job*>, step_count> steps;
  for (const auto& job : activation.jobs()) {
    steps.at(step_of(job)).push_back(&job);
    if (job.has_resolve_child_workflow_execution()) {
      context_.child_workflows.announce(job.resolve_child_workflow_execution());
    } else if (job.has_resolve_signal_external_workflow()) {
      context_.external_workflows.announce(job.resolve_signal_external_workflow());
    }
  }
  for (int step = facts; step < step_count; ++step) {
    const auto& jobs = steps.at(step);
    if (jobs.empty() || (was_decided && step != queries)) continue;
    context_.scheduler.scope = context_.root_scope;
    context_.scheduler.lifetime = Lifetime::of_main;
    const auto taken_before = context_.handlers.taken();
    for (const auto* job : jobs) apply(*job);
    if (step == handlers) context_.scheduler.run_what_is_ready();
    const bool in_history = step == progress || (step == handlers && context_.handlers.taken() != taken_before);
    if (in_history) context_.scheduler.run_until_blocked();
  }
  if (!was_decided && context_.outcome.decided()) context_.handlers.warn_of_unfinished();
}

void Instance::apply(const Job& job) {
  switch (job.variant_case()) {
    case Job::kCancelWorkflow:
      return context_.root_scope->request_cancel(job.cancel_workflow().reason());
    case Job::kDoUpdate:
      return context_.handlers.update(job.do_update());
    case Job::kFireTimer:
      return context_.timers.fire(job.fire_timer().seq());
    case Job::kInitializeWorkflow:
      if (context_.scheduler.run_ended()) return;  // a handler of a message that came with it has decided
      context_.scheduler.start(run_main(input_of(job.initialize_workflow(), context_.interception.first() != nullptr)),
                               context_.root_scope);
      return context_.handlers.main_started();
    case Job::kNotifyHasPatch:
      return context_.patches.notify(job.notify_has_patch().patch_id());
    case Job::kQueryWorkflow:
      return context_.handlers.query(job.query_workflow());
    case Job::kResolveActivity:
      return job.resolve_activity().is_local()
                 ? context_.local_activities.resolve(job.resolve_activity().seq(), job.resolve_activity().result())
                 : context_.activities.resolve(job.resolve_activity().seq(), job.resolve_activity().result());
    case Job::kResolveChildWorkflowExecution:
      return context_.child_workflows.resolve(job.resolve_child_workflow_execution());
    case Job::kResolveChildWorkflowExecutionStart:
      return context_.child_workflows.resolve(job.resolve_child_workflow_execution_start());
    case Job::kResolveRequestCancelExternalWorkflow:
      return context_.external_workflows.resolve(job.resolve_request_cancel_external_workflow());
    case Job::kResolveSignalExternalWorkflow:
      return context_.external_workflows.resolve(job.resolve_signal_external_workflow());
    case Job::kSignalWorkflow:
      return context_.handlers.signal(job.signal_workflow());
    case Job::kUpdateRandomSeed:
      return context_.facts.random.seed(job.update_random_seed().randomness_seed());
    default:
      throw std::runtime_error("this version of temporal-cpp does not handle the activation job " +
                               std::to_string(static_cast<int>(job.variant_case())));
  }
}

Routine Instance::run_main(ExecuteInput input) {
  try {
    context_.outcome.complete(co_await execute(std::move(input)));
  } catch (...) {
    context_.outcome.fail(std::current_exception());
  }
}

Task<Payload> Instance::execute(ExecuteInput input) {
  auto* const first = context_.interception.first();
  if (first == nullptr) return context_.definition.run(context_.object.get(), input.arguments);
  return first->execute(std::move(input));
}

api::enums::v1::VersioningBehavior Instance::versioning_behavior() const {
  const auto& own = context_.definition.options.versioning_behavior;
  const auto chosen = own ? own : context_.options.default_versioning_behavior;
  if (!chosen) return api::enums::v1::VERSIONING_BEHAVIOR_UNSPECIFIED;
  return *chosen == VersioningBehavior::pinned ? api::enums::v1::VERSIONING_BEHAVIOR_PINNED
                                               : api::enums::v1::VERSIONING_BEHAVIOR_AUTO_UPGRADE;
}

}  // namespace temporal::workflow::detail
