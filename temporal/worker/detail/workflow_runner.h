#pragma once

#include <temporal/workflow/definition.h>
#include <temporal/workflow/detail/instance.h>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace temporal::worker::detail {

/// The cached workflow runs of a worker: activation bytes in, completion bytes out. Used by one thread at a time.
class WorkflowRunner {
 public:
  WorkflowRunner(std::vector<workflow::Definition> definitions, workflow::detail::InstanceOptions options);

  /// Never throws for what user code does or for an activation it cannot serve; those become a failed completion.
  std::string handle(const std::string& activation);

 private:
  workflow::detail::Instance& instance_for(const coresdk::workflow_activation::WorkflowActivation& activation);

  std::map<std::string, workflow::Definition, std::less<>> definitions_;
  workflow::detail::InstanceOptions options_;
  std::unordered_map<std::string, std::unique_ptr<workflow::detail::Instance>> instances_;
};

}  // namespace temporal::worker::detail
