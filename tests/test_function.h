#pragma once

#include <temporal/workflow/workflow.h>

#include <chrono>
#include <string>
#include <vector>

// What the function of the serverless tests can do. The tests call it by these names.

namespace temporal::tests {

/// "Hello, …!" from an activity.
workflow::Task<std::string> hello(std::string name);

/// Runs an activity that, in its first attempt, makes the file `folder`/started and waits for ever; later attempts give
/// their number.
workflow::Task<int> survives(std::string folder);

/// Runs an activity that is still at work when its worker has to leave, and gives the attempt that completed. The first
/// attempt takes 2.5 s ("finishes"), heartbeats until it is cancelled ("heartbeats"), takes no notice of that
/// ("ignores"), or blocks in a system call ("blocks"); the second one completes at once.
workflow::Task<int> lingers(std::string how);

/// An activity: the build id of the function that runs it.
std::string which_build();

/// Asks three times which build it is on: at its start, and at each of two signals.
class Tour {
 public:
  void go_on() { ++stops_; }

 protected:
  workflow::Task<std::vector<std::string>> travel() {
    std::vector<std::string> builds;
    for (std::size_t stop = 0; stop < 3; ++stop) {
      co_await workflow::wait_condition([this, stop] { return stops_ >= stop; });
      const auto activity =
          co_await workflow::execute_activity<which_build>({.start_to_close_timeout = std::chrono::seconds{10}});
      builds.push_back(activity + " for " + workflow::current_deployment_version().value().build_id);
    }
    co_return builds;
  }

 private:
  std::size_t stops_ = 0;
};

/// Registered as PINNED.
class PinnedTour : public Tour {
 public:
  workflow::Task<std::vector<std::string>> run() { return travel(); }
};

/// Registered as AUTO_UPGRADE.
class UpgradingTour : public Tour {
 public:
  workflow::Task<std::vector<std::string>> run() { return travel(); }
};

}  // namespace temporal::tests
