// The smallest serverless Worker: one workflow, one activity.
#include "hello.h"

#include <temporal/lambda/run_worker.h>

int main() {
  return temporal::lambda::run_worker(
      {.deployment_name = "hello", .build_id = "build-1"}, [](temporal::lambda::LambdaWorkerConfig& config) {
        config.worker_config.add_workflow<hello>({.versioning_behavior = temporal::VersioningBehavior::pinned});
        config.worker_config.add_activity<greet>();
      });
}
