// A function whose metrics and traces go to the collector of the ADOT layer, or with OBSERVE=emf its metrics to
// CloudWatch without one.
#include "../hello/hello.h"

#include <temporal/lambda/otel.h>
#include <temporal/lambda/run_worker.h>

#include <cstdlib>
#include <string_view>

int main() {
  return temporal::lambda::run_worker(
      {.deployment_name = "observability", .build_id = "build-1"}, [](temporal::lambda::LambdaWorkerConfig& config) {
        config.worker_config.add_workflow<hello>({.versioning_behavior = temporal::VersioningBehavior::pinned});
        config.worker_config.add_activity<greet>();
        const char* const how = std::getenv("OBSERVE");
        if (how != nullptr && how == std::string_view{"emf"}) {
          temporal::lambda::otel::apply_emf(config);
        } else {
          temporal::lambda::otel::apply_defaults(config);
        }
      });
}
