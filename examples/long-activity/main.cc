// An activity that takes longer than its function may run: each invocation goes on where the one before had to stop.
#include "import.h"

#include <temporal/lambda/run_worker.h>

#include <chrono>

using namespace std::chrono_literals;

int main() {
  return temporal::lambda::run_worker(
      {.deployment_name = "long-activity", .build_id = "build-1"}, [](temporal::lambda::LambdaWorkerConfig& config) {
        // The activity can stop at any time: nothing is won by waiting for its end.
        config.worker_config.graceful_shutdown_timeout = 500ms;
        config.worker_config.add_workflow<import_file>({.versioning_behavior = temporal::VersioningBehavior::pinned});
        config.worker_config.add_activity<import_rows>();
      });
}
