// A function whose metrics and traces go to the collector of the ADOT layer. With OBSERVE=emf its metrics go to
// CloudWatch without a collector, with OBSERVE=off there are none.
#include <temporal/activity/activity.h>
#include <temporal/lambda/otel.h>
#include <temporal/lambda/run_worker.h>
#include <temporal/opentelemetry/activity.h>
#include <temporal/workflow/workflow.h>

#include <chrono>
#include <cstdlib>
#include <string>
#include <string_view>

namespace activity = temporal::activity;
namespace workflow = temporal::workflow;

namespace {

std::string charge(const std::string& customer) {
  const auto span = temporal::opentelemetry::start_span("authorize card", {{"currency", "EUR"}});
  activity::logger().info("charging", {{"customer", customer}});
  activity::metrics().counter("cards_charged").add(1, {{"currency", "EUR"}});
  return "receipt of " + customer;
}

workflow::Task<std::string> checkout(std::string customer) {
  const auto start = workflow::now();
  auto receipt =
      co_await workflow::execute_activity<charge>({.start_to_close_timeout = std::chrono::seconds{10}}, customer);
  workflow::logger().info("paid", {{"customer", customer}});
  workflow::metrics().duration_histogram("checkout_latency").record(workflow::now() - start);
  co_return receipt;
}

}  // namespace

int main() {
  return temporal::lambda::run_worker(
      {.deployment_name = "observability", .build_id = "build-1"}, [](temporal::lambda::LambdaWorkerConfig& config) {
        config.worker_config.add_workflow<checkout>({.versioning_behavior = temporal::VersioningBehavior::pinned});
        config.worker_config.add_activity<charge>();
        const char* const variable = std::getenv("OBSERVE");
        const std::string_view how = variable == nullptr ? "" : variable;
        if (how == "off") return;
        if (how == "emf") {
          temporal::lambda::otel::apply_emf(config);
        } else {
          temporal::lambda::otel::apply_defaults(config);
        }
      });
}
