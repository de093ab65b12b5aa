#include <temporal/lambda/detail/run_long_lived.h>

#include <temporal/lambda/detail/connection_cache.h>
#include <temporal/lambda/detail/deadline.h>
#include <temporal/lambda/detail/hooks.h>
#include <temporal/lambda/detail/prepare.h>

namespace temporal::lambda::detail {
namespace {

using std::chrono_literals::operator""h;

/// Runs the worker to its end. False: something is stuck and was abandoned.
bool run(const LambdaWorkerConfig& config, const World& world, const Logger& log, const std::stop_token& stop) {
  ConnectionCache connections{world};
  const auto connection =
      connections.obtain(config.client_connect_config, config.client_connect_config.connect_timeout, log);
  auto options = config.worker_config;
  if (!options.log) options.log = log;
  const auto worker = connection->create_worker(options);
  worker->start();
  log.info("worker started", {{"address", config.client_connect_config.address},
                              {"namespace", config.client_connect_config.namespace_},
                              {"task_queue", config.worker_config.task_queue}});
  std::exception_ptr error;
  while (!error && !stop.stop_requested()) error = worker->wait_until(world.clock->now() + 1h, stop);
  const bool drained =
      worker->shutdown(world.clock->now() + config.worker_config.graceful_shutdown_timeout + cancellation_grace);
  if (error) std::rethrow_exception(error);
  return drained;
}

}  // namespace

int run_long_lived(const WorkerDeploymentVersion& chosen, const Configure& configure, const World& world,
                   const std::stop_token& stop) {
  const auto version = effective_version(chosen, world.environment);
  const auto log = world.log.with({{"deployment", version.deployment_name}, {"build_id", version.build_id}});
  LambdaWorkerConfig config;
  CleanUp at_the_end;
  bool started = false;
  bool drained = true;
  int code = 0;
  try {
    check_version(version);
    const auto loaded = world.load(world.environment);
    for (const auto& warning : loaded.warnings) log.warn(warning);
    config = default_config(version, loaded, world.environment);
    at_the_end.scope = call_configure(configure, config);
    apply_overrides(config, version, log);
    validate(config, world);
    at_the_end.hooks = config.shutdown_hooks;
    at_the_end.flush = flush_of(config.client_connect_config);
    started = true;
    drained = run(config, world, log, stop);
  } catch (...) {
    const auto failure = to_failure(std::current_exception());
    log.error(started ? "the worker failed" : "the worker cannot start",
              {{"error_type", to_string(failure.type)}, {"error", failure.message}});
    code = 1;
  }
  const auto until = world.clock->now() + config.effective_shutdown_deadline_buffer();
  if (!clean_up(world.clock, std::move(at_the_end), until, until, log) || !drained) {
    log.error("work is stuck and was abandoned");
    world.exit(1);
    return 1;
  }
  return code;
}

}  // namespace temporal::lambda::detail
