#pragma once

#include <temporal/sdk/core/workflow_activation/workflow_activation.pb.h>
#include <temporal/sdk/core/workflow_completion/workflow_completion.pb.h>

#include <string>
#include <vector>

namespace temporal::generated {

using Activation = coresdk::workflow_activation::WorkflowActivation;
using Job = coresdk::workflow_activation::WorkflowActivationJob;
using Command = coresdk::workflow_commands::WorkflowCommand;
using Commands = std::vector<Command>;

bool is_query(const Activation& activation);
bool ends_run(const Command& command);

/// In short, for people.
std::string to_text(const Job& job);
std::string to_text(const Command& command);
std::string to_text(const Activation& activation);
std::string to_text(const Commands& commands);

}  // namespace temporal::generated
