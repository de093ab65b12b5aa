#include <temporal/worker/detail/workflow_runner.h>

#include <temporal/common/errors.h>
#include <temporal/converter/failure.h>

#include <algorithm>
#include <utility>

namespace temporal::worker::detail {

using coresdk::workflow_activation::WorkflowActivation;
using coresdk::workflow_activation::WorkflowActivationJob;
using coresdk::workflow_completion::WorkflowActivationCompletion;

WorkflowRunner::WorkflowRunner(std::vector<workflow::Definition> definitions, workflow::detail::InstanceOptions options)
    : options_(std::move(options)) {
  for (auto& definition : definitions) definitions_.emplace(definition.name, std::move(definition));
}

std::string WorkflowRunner::handle(const std::string& bytes) {
  WorkflowActivation activation;
  WorkflowActivationCompletion completion;
  try {
    if (!activation.ParseFromString(bytes)) throw DecodeError{"core sent an activation that does not decode"};
    const auto is_eviction = [](const WorkflowActivationJob& job) { return job.has_remove_from_cache(); };
    if (std::ranges::any_of(activation.jobs(), is_eviction)) {
      instances_.erase(activation.run_id());
      completion.set_run_id(activation.run_id());
      completion.mutable_successful();
    } else {
      completion = instance_for(activation).activate(activation);
    }
  } catch (...) {
    completion.set_run_id(activation.run_id());
    *completion.mutable_failed()->mutable_failure() = converter::to_failure(std::current_exception());
  }
  return completion.SerializeAsString();
}

workflow::detail::Instance& WorkflowRunner::instance_for(const WorkflowActivation& activation) {
  const auto start =
      std::ranges::find_if(activation.jobs(), [](const auto& job) { return job.has_initialize_workflow(); });
  if (start == activation.jobs().end()) {
    const auto cached = instances_.find(activation.run_id());
    if (cached == instances_.end()) {
      throw ApplicationError{"run " + activation.run_id() + " is not in this worker's cache"};
    }
    return *cached->second;
  }
  const auto& type = start->initialize_workflow().workflow_type();
  const auto definition = definitions_.find(type);
  if (definition == definitions_.end()) {
    std::string names;
    for (const auto& [name, known] : definitions_) names += (names.empty() ? "" : ", ") + name;
    throw ApplicationError{"workflow type " + type +
                               " is not registered on this worker; registered are: " + (names.empty() ? "none" : names),
                           {.type = "NotFoundError"}};
  }
  auto& slot = instances_[activation.run_id()];
  slot = std::make_unique<workflow::detail::Instance>(definition->second, options_, activation.run_id(),
                                                      start->initialize_workflow());
  return *slot;
}

}  // namespace temporal::worker::detail
