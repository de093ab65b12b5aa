// The function of the serverless tests.
#include "test_function.h"

#include <temporal/activity/activity.h>
#include <temporal/lambda/run_worker.h>

#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <random>
#include <string>
#include <thread>

using namespace std::chrono_literals;

namespace temporal::tests {
namespace {

std::string greet(const std::string& name) { return "Hello, " + name + "!"; }

int wait_for_a_kill(const std::string& folder) {
  const int attempt = activity::info().attempt;
  if (attempt > 1) return attempt;
  std::ofstream{folder + "/started"} << attempt << '\n';
  for (;;) ::pause();
}

int linger(const std::string& how) {
  const int attempt = activity::info().attempt;
  if (attempt > 1) return attempt;
  if (how == "finishes") std::this_thread::sleep_for(2500ms);
  while (how == "heartbeats") {
    activity::heartbeat();
    activity::throw_if_cancelled();
    std::this_thread::sleep_for(10ms);
  }
  while (how == "ignores") std::this_thread::sleep_for(10ms);
  while (how == "blocks") ::pause();
  return attempt;
}

std::string setting(const char* name, const char* otherwise) {
  const char* value = std::getenv(name);
  return value == nullptr ? otherwise : value;
}

}  // namespace

workflow::Task<std::string> hello(std::string name) {
  co_return co_await workflow::execute_activity<greet>({.start_to_close_timeout = 10s}, name);
}

workflow::Task<int> survives(std::string folder) {
  co_return co_await workflow::execute_activity<wait_for_a_kill>(
      {.start_to_close_timeout = 60s, .heartbeat_timeout = 1s}, folder);
}

workflow::Task<int> lingers(std::string how) {
  co_return co_await workflow::execute_activity<linger>(
      {.start_to_close_timeout = 6s, .retry_policy = RetryPolicy{.initial_interval = 100ms}}, how);
}

std::string which_build() { return setting("BUILD_ID", "build-1"); }

template <class Workflow>
workflow::Definition tour(VersioningBehavior behavior) {
  return workflow::definition<Workflow>({.versioning_behavior = behavior})
      .template run<&Workflow::run>()
      .template signal<&Tour::go_on>();
}

}  // namespace temporal::tests

int main() {
  using namespace temporal::tests;
  return temporal::lambda::run_worker(
      {.deployment_name = setting("DEPLOYMENT_NAME", "tests"), .build_id = setting("BUILD_ID", "build-1")},
      [](temporal::lambda::LambdaWorkerConfig& config) {
        std::random_device{}();  // links and works, though Lambda's glibc lacks what it calls on the build machine
        auto& worker = config.worker_config;
        worker.default_versioning_behavior = temporal::VersioningBehavior::pinned;
        worker.add_workflow<hello>();
        worker.graceful_shutdown_timeout = std::chrono::milliseconds{std::stoi(setting("GRACEFUL_MS", "5000"))};
        worker.add_workflow<lingers>();
        worker.add_workflow<survives>();
        worker.add_workflow(tour<PinnedTour>(temporal::VersioningBehavior::pinned));
        worker.add_workflow(tour<UpgradingTour>(temporal::VersioningBehavior::auto_upgrade));
        if (std::getenv("HOOK_HANGS") != nullptr) {
          config.shutdown_hooks.emplace_back([](temporal::Duration) { ::pause(); });
        }
        worker.add_activity<greet>();
        worker.add_activity<which_build>();
        worker.add_activity<linger>();
        worker.add_activity<wait_for_a_kill>();
      });
}
