#include <temporal/worker/detail/workflow_runner.h>

#include <temporal/common/errors.h>
#include <temporal/converter/failure.h>

#include <algorithm>
#include <sstream>
#include <utility>

namespace temporal::worker::detail {
namespace {

using coresdk::workflow_activation::InitializeWorkflow;
using coresdk::workflow_activation::WorkflowActivation;
using coresdk::workflow_completion::WorkflowActivationCompletion;

const InitializeWorkflow* start_of(const WorkflowActivation& activation) {
  const auto start =
      std::ranges::find_if(activation.jobs(), [](const auto& job) { return job.has_initialize_workflow(); });
  return start == activation.jobs().end() ? nullptr : &start->initialize_workflow();
}

}  // namespace

WorkflowRunner::WorkflowRunner(std::vector<workflow::Definition> definitions, workflow::detail::InstanceOptions options)
    : options_(std::move(options)) {
  for (auto& definition : definitions) {
    if (definition.dynamic) {
      dynamic_ = std::move(definition);
    } else {
      definitions_.emplace(definition.name, std::move(definition));
    }
  }
}

WorkflowRunner::Turn WorkflowRunner::begin(const std::string& bytes) {
  Turn turn{*this};
  if (!turn.activation_.ParseFromString(bytes)) {
    turn.defect_ = std::make_exception_ptr(DecodeError{"core sent an activation that does not decode"});
    return turn;
  }
  const auto& run_id = turn.activation_.run_id();
  if (const auto* start = start_of(turn.activation_)) {
    runs_[run_id] = {.workflow_type = start->workflow_type(), .workflow_id = start->workflow_id(), .instance = {}};
  }
  turn.run_ = runs_.extract(run_id);
  return turn;
}

void WorkflowRunner::keep(Turn turn) {
  if (turn.run_ && turn.run_.mapped().instance) runs_.insert(std::move(turn.run_));
}

std::string WorkflowRunner::handle(const std::string& activation) {
  auto turn = begin(activation);
  auto completion = turn.run();
  keep(std::move(turn));
  return completion;
}

std::string WorkflowRunner::refused(const std::string& run_id, const std::string& reason) {
  WorkflowActivationCompletion completion;
  completion.set_run_id(run_id);
  *completion.mutable_failed()->mutable_failure() = converter::to_failure(std::make_exception_ptr(
      ApplicationError{"what the workflow did was refused: " + reason, {.type = "CompletionRefused"}}));
  return completion.SerializeAsString();
}

std::string WorkflowRunner::undecodable(const std::string& bytes, const std::string& reason) {
  WorkflowActivation activation;
  (void)activation.ParseFromString(bytes);
  WorkflowActivationCompletion completion;
  completion.set_run_id(activation.run_id());
  *completion.mutable_failed()->mutable_failure() =
      converter::to_failure(std::make_exception_ptr(ApplicationError{reason, {.type = "DecodeError"}}));
  return completion.SerializeAsString();
}

bool WorkflowRunner::Turn::is_eviction() const {
  return std::ranges::any_of(activation_.jobs(), [](const auto& job) { return job.has_remove_from_cache(); });
}

std::string WorkflowRunner::Turn::run() {
  WorkflowActivationCompletion completion;
  const temporal::detail::RunningHere running{names()};
  try {
    if (defect_) std::rethrow_exception(defect_);
    if (is_eviction()) {
      if (run_) run_.mapped().instance.reset();
      completion.mutable_successful();
    } else {
      completion = instance().activate(activation_);
    }
  } catch (...) {
    *completion.mutable_failed()->mutable_failure() = converter::to_failure(std::current_exception());
  }
  completion.set_run_id(activation_.run_id());
  return completion.SerializeAsString();
}

temporal::detail::RunningHere::Names WorkflowRunner::Turn::names() const {
  if (!run_) return {};
  return {.kind = "workflow", .type = run_.mapped().workflow_type, .workflow_id = run_.mapped().workflow_id};
}

std::string WorkflowRunner::Turn::give_up(Duration limit) const {
  WorkflowActivationCompletion completion;
  completion.set_run_id(activation_.run_id());
  if (is_eviction()) {
    completion.mutable_successful();  // it has left the cache, which is all that core wants to know
  } else {
    std::ostringstream message;
    message << "[TMPRL1101] Potential deadlock detected: workflow "
            << (run_ ? workflow_type() + " (id " + workflow_id() + ")" : "of an unknown type")
            << " did not yield within " << std::chrono::duration<double>(limit).count()
            << " s. Code that blocks or computes for long belongs in an activity.";
    *completion.mutable_failed()->mutable_failure() = converter::to_failure(
        std::make_exception_ptr(ApplicationError{message.str(), {.type = "PotentialDeadlockError"}}));
  }
  return completion.SerializeAsString();
}

workflow::detail::Instance& WorkflowRunner::Turn::instance() {
  if (!run_) throw ApplicationError{"run " + activation_.run_id() + " is not in this worker's cache"};
  auto& instance = run_.mapped().instance;
  if (const auto* start = start_of(activation_)) {
    const auto& known = runner_.definitions_;
    const auto found = known.find(start->workflow_type());
    if (found == known.end() && !runner_.dynamic_) {
      std::string names;
      for (const auto& [name, other] : known) names += (names.empty() ? "" : ", ") + name;
      throw ApplicationError{
          "workflow type " + start->workflow_type() +
              " is not registered on this worker; registered are: " + (names.empty() ? "none" : names),
          {.type = "NotFoundError"}};
    }
    const auto& definition = found == known.end() ? *runner_.dynamic_ : found->second;
    instance = std::make_unique<workflow::detail::Instance>(definition, runner_.options_, activation_.run_id(), *start);
  }
  return *instance;
}

}  // namespace temporal::worker::detail
