#include <temporal/lambda/run_worker.h>

#include <temporal/lambda/detail/crash_report.h>
#include <temporal/lambda/detail/describe.h>
#include <temporal/lambda/detail/run_function.h>
#include <temporal/lambda/detail/run_long_lived.h>
#include <temporal/lambda/detail/stop_signals.h>
#include <temporal/lambda/detail/trace_variable.h>
#include <temporal/lambda/detail/world.h>

#include <csignal>
#include <cstdio>

namespace temporal::lambda {

int run_worker(WorkerDeploymentVersion version, Configure configure) {
  detail::install_crash_report();
  detail::reserve_trace_variable();
  // The process is ours: a collector that goes away must not end it, and lines that are printed are seen at once.
  std::signal(SIGPIPE, SIG_IGN);  // NOLINT(cert-err33-c): it cannot fail
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  const detail::StopSignals signals;
  const auto world = detail::real_world();
  if (const auto host = envconfig::variable(world.environment, "AWS_LAMBDA_RUNTIME_API")) {
    return detail::run_function(version, configure, world, *host, signals.token());
  }
  if (detail::is_asked_to_describe(world)) {
    std::puts(detail::describe(version, configure, world).c_str());
    return 0;
  }
  return detail::run_long_lived(version, configure, world, signals.token());
}

}  // namespace temporal::lambda
