// A function whose metrics and traces go to the collector of the ADOT layer. With OBSERVE=emf its metrics go to
// CloudWatch without a collector, with OBSERVE=off there are none.
#include "checkout.h"

#include <temporal/lambda/otel.h>
#include <temporal/lambda/run_worker.h>

#include <cstdlib>
#include <string_view>

int main() {
  return temporal::lambda::run_worker(
      {.deployment_name = "observability", .build_id = "build-1"}, [](temporal::lambda::LambdaWorkerConfig& config) {
        config.worker_config.add_workflow<shop::checkout>(
            {.versioning_behavior = temporal::VersioningBehavior::pinned});
        config.worker_config.add_activity<shop::charge>();
        const char* const variable = std::getenv("OBSERVE");
        const std::string_view how = variable == nullptr ? "" : variable;
        if (how == "off") return;
        if (how == "emf") {
          temporal::lambda::otel::apply_emf(config);
        } else {
          // Whoever starts a run may have no span, as Temporal's CLI: the run begins a
          // trace.
          temporal::lambda::otel::apply_defaults(config, {.always_create_workflow_spans = true});
        }
      });
}
