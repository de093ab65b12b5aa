// Two workflows that live through a rollout: one stays on the build it began on, the other follows the current one.
#include "rollout.h"

#include <temporal/lambda/run_worker.h>

int main() {
  return temporal::lambda::run_worker(
      {.deployment_name = "rollout", .build_id = build_id()}, [](temporal::lambda::LambdaWorkerConfig& config) {
        config.worker_config.add_workflow(traveller<PinnedTraveller>(temporal::VersioningBehavior::pinned));
        config.worker_config.add_workflow(traveller<UpgradingTraveller>(temporal::VersioningBehavior::auto_upgrade));
        config.worker_config.add_activity<which_build>();
      });
}
