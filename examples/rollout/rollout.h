#pragma once

#include <temporal/workflow/workflow.h>

#include <chrono>
#include <cstdlib>
#include <string>
#include <vector>

namespace workflow = temporal::workflow;

/// Each published version of the function is a build. A program of your own would have its build id compiled in.
inline std::string build_id() {
  const char* version = std::getenv("AWS_LAMBDA_FUNCTION_VERSION");
  return "build-" + std::string{version == nullptr ? "local" : version};
}

inline std::string which_build() { return build_id(); }

/// Asks which build it is on, at its start and at each signal, until there are three answers.
class Traveller {
 public:
  workflow::Task<std::vector<std::string>> travel() {
    std::vector<std::string> builds;
    for (int stop = 0; stop < 3; ++stop) {
      co_await workflow::wait_condition([this, stop] { return signals_ >= stop; });
      builds.push_back(
          co_await workflow::execute_activity<which_build>({.start_to_close_timeout = std::chrono::seconds{10}}));
    }
    co_return builds;
  }
  void go_on() { ++signals_; }

 private:
  int signals_ = 0;
};

class PinnedTraveller : public Traveller {};
class UpgradingTraveller : public Traveller {};

template <class Workflow>
workflow::Definition traveller(temporal::VersioningBehavior behavior) {
  return workflow::definition<Workflow>({.versioning_behavior = behavior})
      .template run<&Traveller::travel>()
      .template signal<&Traveller::go_on>();
}
