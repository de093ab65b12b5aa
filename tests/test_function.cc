// The function of the serverless tests.
#include "test_function.h"

#include <temporal/activity/activity.h>
#include <temporal/lambda/run_worker.h>

#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <fstream>

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

}  // namespace temporal::tests

int main() {
  using namespace temporal::tests;
  return temporal::lambda::run_worker({.deployment_name = "tests", .build_id = setting("BUILD_ID", "build-1")},
                                      [](temporal::lambda::LambdaWorkerConfig& config) {
                                        auto& worker = config.worker_config;
                                        worker.default_versioning_behavior = temporal::VersioningBehavior::pinned;
                                        worker.add_workflow<hello>();
                                        worker.add_workflow<survives>();
                                        worker.add_activity<greet>();
                                        worker.add_activity<wait_for_a_kill>();
                                      });
}
