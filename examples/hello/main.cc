// The smallest serverless Worker: one workflow, one activity.
#include <temporal/lambda/run_worker.h>
#include <temporal/workflow/workflow.h>

#include <chrono>
#include <string>

using namespace std::chrono_literals;
namespace workflow = temporal::workflow;

std::string greet(const std::string& name) { return "Hello, " + name + "!"; }

workflow::Task<std::string> hello(std::string name) {
  co_return co_await workflow::execute_activity<greet>({.start_to_close_timeout = 10s}, name);
}

int main() {
  return temporal::lambda::run_worker(
      {.deployment_name = "hello", .build_id = "build-1"}, [](temporal::lambda::LambdaWorkerConfig& config) {
        config.worker_config.add_workflow<hello>({.versioning_behavior = temporal::VersioningBehavior::pinned});
        config.worker_config.add_activity<greet>();
      });
}
