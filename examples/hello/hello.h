#pragma once

#include <temporal/workflow/workflow.h>

#include <chrono>
#include <string>

namespace workflow = temporal::workflow;

inline std::string greet(const std::string& name) { return "Hello, " + name + "!"; }

inline workflow::Task<std::string> hello(std::string name) {
  co_return co_await workflow::execute_activity<greet>({.start_to_close_timeout = std::chrono::seconds{10}}, name);
}
