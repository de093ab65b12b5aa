#include <temporal/workflow/detail/instance.h>

#include <temporal/common/errors.h>
#include <temporal/converter/failure.h>
#include <temporal/converter/proto_payload.h>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>

namespace temporal::workflow::detail {
namespace {

using coresdk::workflow_activation::WorkflowActivation;
using coresdk::workflow_activation::WorkflowActivationJob;
using coresdk::workflow_completion::WorkflowActivationCompletion;

/// Jobs of one activation are applied in four steps, with everything that can run in between: what the code may ask
/// for, what handlers must see before the main function goes on, the rest, and queries over the final state.
enum Step { facts, handlers, progress, queries, step_count };

Step step_of(const WorkflowActivationJob& job) {
  switch (job.variant_case()) {
    case WorkflowActivationJob::kNotifyHasPatch:
    case WorkflowActivationJob::kUpdateRandomSeed:
      return facts;
    case WorkflowActivationJob::kSignalWorkflow:
    case WorkflowActivationJob::kDoUpdate:
      return handlers;
    case WorkflowActivationJob::kQueryWorkflow:
      return queries;
    default:
      return progress;
  }
}

bool is_cancellation(const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const CancelledError&) {
    return true;
  } catch (const FailureError& error) {
    return error.cause() && is_cancellation(error.cause());
  } catch (...) {
    return false;
  }
}

bool fails_the_workflow(const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const FailureError&) {
    return true;
  } catch (...) {
    return false;
  }
}

Info make_info(const std::string& run_id, const InstanceOptions& options,
               const coresdk::workflow_activation::InitializeWorkflow& start) {
  const auto timeout = [](bool set, const google::protobuf::Duration& value) {
    return set ? std::optional{converter::to_duration(value)} : std::nullopt;
  };
  return {
      .workflow_id = start.workflow_id(),
      .run_id = run_id,
      .workflow_type = start.workflow_type(),
      .namespace_ = options.namespace_,
      .task_queue = options.task_queue,
      .first_execution_run_id = start.first_execution_run_id(),
      .continued_run_id = start.continued_from_execution_run_id(),
      .attempt = start.attempt(),
      .start_time = converter::to_timestamp(start.start_time()),
      .execution_timeout = timeout(start.has_workflow_execution_timeout(), start.workflow_execution_timeout()),
      .run_timeout = timeout(start.has_workflow_run_timeout(), start.workflow_run_timeout()),
      .task_timeout = timeout(start.has_workflow_task_timeout(), start.workflow_task_timeout()),
  };
}

}  // namespace

Instance::Instance(const Definition& definition, InstanceOptions options, const std::string& run_id,
                   const coresdk::workflow_activation::InitializeWorkflow& start)
    : definition_(definition),
      options_(std::move(options)),
      run_id_(run_id),
      arguments_(converter::to_payloads(start.arguments())) {
  context_.info = make_info(run_id, options_, start);
  context_.random.seed(start.randomness_seed());
  context_.disable_eager_activity_execution = options_.disable_eager_activity_execution;
}

Instance::~Instance() {
  const Context::Scope scope{context_};
  context_.closing = true;
  roots_.clear();
  object_.reset();
}

WorkflowActivationCompletion Instance::activate(const WorkflowActivation& activation) {
  WorkflowActivationCompletion completion;
  completion.set_run_id(run_id_);
  const Context::Scope scope{context_};
  context_.completion.Clear();
  try {
    apply(activation);
    set_versioning_behavior();
    completion.mutable_successful()->Swap(&context_.completion);
  } catch (...) {
    *completion.mutable_failed()->mutable_failure() = converter::to_failure(std::current_exception());
  }
  return completion;
}

void Instance::apply(const WorkflowActivation& activation) {
  context_.now = converter::to_timestamp(activation.timestamp());
  context_.replaying = activation.is_replaying();
  context_.history_length = activation.history_length();
  context_.history_size_bytes = activation.history_size_bytes();
  if (!object_ && definition_.create != nullptr) object_ = definition_.create();

  std::array<std::vector<const Job*>, step_count> steps;
  for (const auto& job : activation.jobs()) steps.at(step_of(job)).push_back(&job);
  for (const auto& step : steps) {
    if (step.empty()) continue;
    for (const auto* job : step) apply(*job);
    context_.run_until_blocked();
    collect_finished();
  }
}

void Instance::apply(const Job& job) {
  switch (job.variant_case()) {
    case Job::kInitializeWorkflow:
      return spawn({.task = definition_.run(object_.get(), std::move(arguments_)), .is_main = true});
    case Job::kFireTimer:
      return context_.fire_timer(job.fire_timer().seq());
    case Job::kUpdateRandomSeed:
      return context_.random.seed(job.update_random_seed().randomness_seed());
    case Job::kQueryWorkflow:
      return query(job.query_workflow());
    case Job::kCancelWorkflow:
      return context_.request_cancellation();
    case Job::kSignalWorkflow:
      return signal(job.signal_workflow());
    case Job::kDoUpdate:
      return update(job.do_update());
    case Job::kResolveActivity: {
      const auto& resolved = job.resolve_activity();
      const auto& result = resolved.result();
      if (result.has_completed()) {
        return context_.resolve_activity(resolved.seq(), converter::to_payload(result.completed().result()), nullptr);
      }
      const auto& failure = result.has_cancelled() ? result.cancelled().failure() : result.failed().failure();
      return context_.resolve_activity(resolved.seq(), {}, converter::from_failure(failure));
    }
    default:
      throw std::runtime_error("this version of temporal-cpp does not handle the activation job " +
                               std::to_string(static_cast<int>(job.variant_case())));
  }
}

void Instance::spawn(Root root) {
  const auto frame = roots_.emplace_back(std::move(root)).task.handle();
  auto start = std::make_shared<Pending>();
  start->waiter = frame;
  context_.resolve(start, {}, nullptr);
}

void Instance::signal(const coresdk::workflow_activation::SignalWorkflow& job) {
  const auto handler = definition_.signals.find(job.signal_name());
  if (handler == definition_.signals.end()) return;  // as the other SDKs do: it stays in the history, unhandled
  spawn({.task = handler->second.run(object_.get(), converter::to_payloads(job.input()))});
}

void Instance::update(const coresdk::workflow_activation::DoUpdate& job) {
  const auto respond = [&]() -> auto& {
    auto& response = *context_.add_command().mutable_update_response();
    response.set_protocol_instance_id(job.protocol_instance_id());
    return response;
  };
  const auto handler = definition_.updates.find(job.name());
  if (handler == definition_.updates.end()) {
    *respond().mutable_rejected() = converter::to_failure(std::make_exception_ptr(
        ApplicationError{"workflow " + definition_.name + " has no update handler named " + job.name()}));
    return;
  }
  auto arguments = converter::to_payloads(job.input());
  if (job.run_validator() && handler->second.validate != nullptr) {
    try {
      handler->second.validate(object_.get(), arguments);
    } catch (...) {
      *respond().mutable_rejected() = converter::to_failure(std::current_exception());
      return;
    }
  }
  respond().mutable_accepted();
  spawn({.task = handler->second.run(object_.get(), std::move(arguments)),
         .update_protocol_id = job.protocol_instance_id()});
}

void Instance::query(const coresdk::workflow_activation::QueryWorkflow& job) {
  auto& result = *context_.add_command().mutable_respond_to_query();
  result.set_query_id(job.query_id());
  try {
    const auto handler = definition_.queries.find(job.query_type());
    if (handler == definition_.queries.end()) {
      throw ApplicationError{"workflow " + definition_.name + " has no query handler named " + job.query_type()};
    }
    *result.mutable_succeeded()->mutable_response() =
        converter::to_proto(handler->second(object_.get(), converter::to_payloads(job.arguments())));
  } catch (...) {
    *result.mutable_failed() = converter::to_failure(std::current_exception());
  }
}

void Instance::collect_finished() {
  for (auto root = roots_.begin(); root != roots_.end();) {
    if (!root->task.handle().done()) {
      ++root;
      continue;
    }
    Root done = std::move(*root);
    root = roots_.erase(root);
    Payload result;
    std::exception_ptr failure;
    try {
      result = done.task.handle().promise().take();
    } catch (...) {
      failure = std::current_exception();
      if (!fails_the_workflow(failure)) throw;
    }
    if (!done.update_protocol_id.empty()) {
      auto& response = *context_.add_command().mutable_update_response();
      response.set_protocol_instance_id(done.update_protocol_id);
      if (failure) {
        *response.mutable_rejected() = converter::to_failure(failure);
      } else {
        *response.mutable_completed() = converter::to_proto(std::move(result));
      }
    } else if (done.is_main || failure) {
      finish(failure, std::move(result));
    }
  }
}

void Instance::finish(std::exception_ptr failure, Payload result) {
  if (std::exchange(finished_, true)) return;
  auto& command = context_.add_command();
  if (!failure) {
    *command.mutable_complete_workflow_execution()->mutable_result() = converter::to_proto(std::move(result));
  } else if (context_.cancellation_requested && is_cancellation(failure)) {
    command.mutable_cancel_workflow_execution();
  } else {
    *command.mutable_fail_workflow_execution()->mutable_failure() = converter::to_failure(failure);
  }
}

void Instance::set_versioning_behavior() {
  const auto chosen = definition_.options.versioning_behavior ? definition_.options.versioning_behavior
                                                              : options_.default_versioning_behavior;
  if (!chosen) return;
  context_.completion.set_versioning_behavior(*chosen == VersioningBehavior::pinned
                                                  ? api::enums::v1::VERSIONING_BEHAVIOR_PINNED
                                                  : api::enums::v1::VERSIONING_BEHAVIOR_AUTO_UPGRADE);
}

}  // namespace temporal::workflow::detail
