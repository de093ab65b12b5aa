#include <temporal/lambda/run_worker.h>

#include <temporal/lambda/detail/crash_report.h>
#include <temporal/lambda/detail/run_function.h>
#include <temporal/lambda/detail/run_long_lived.h>
#include <temporal/lambda/detail/stop_signals.h>
#include <temporal/lambda/detail/world.h>

namespace temporal::lambda {

int run_worker(WorkerDeploymentVersion version, Configure configure) {
  detail::install_crash_report();
  const detail::StopSignals signals;
  const auto world = detail::real_world();
  if (const auto host = envconfig::variable(world.environment, "AWS_LAMBDA_RUNTIME_API")) {
    return detail::run_function(version, configure, world, *host, signals.token());
  }
  return detail::run_long_lived(version, configure, world, signals.token());
}

}  // namespace temporal::lambda
