#pragma once

#include <temporal/workflow/workflow.h>

#include <string>

// What the function of the serverless tests can do. The tests call it by these names.

namespace temporal::tests {

/// "Hello, …!" from an activity.
workflow::Task<std::string> hello(std::string name);

/// Runs an activity that, in its first attempt, makes the file `folder`/started and waits for ever; later attempts give
/// their number.
workflow::Task<int> survives(std::string folder);

}  // namespace temporal::tests
