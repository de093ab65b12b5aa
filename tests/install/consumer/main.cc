#include <temporal/lambda/run_worker.h>
#include <temporal/workflow/workflow.h>

temporal::workflow::Task<int> price(int units) { co_return units * 3; }

int main() {
  return temporal::lambda::run_worker(
      {.deployment_name = "shop", .build_id = "build-1"},
      [](temporal::lambda::LambdaWorkerConfig& config) { config.worker_config.add_workflow<price>(); });
}
