#include <temporal/lambda/detail/prepare.h>

#include <temporal/lambda/detail/deadline.h>

#include <temporal/common/client_errors.h>
#include <temporal/lambda/detail/duration_text.h>

#include <algorithm>
#include <cctype>

namespace temporal::lambda::detail {
namespace {

using std::chrono_literals::operator""h;
using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;

constexpr Duration longest_setting = 24h;  // keeps the arithmetic of deadlines far from overflow

/// The server asks for an invocation at most every 500 ms a task queue partition, and forgets what came in between (its
/// setting workercontroller.hook.min_signal_interval_no_sync_match). A worker that stays for longer finds those tasks;
/// without one they would wait for the next task, or for the server's look at its backlogs minutes later.
constexpr Duration shortest_idle_timeout = least_idle_timeout(100ms);

bool is_blank(const std::string& text) {
  return std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isspace(c) != 0; });
}

[[noreturn]] void refuse(std::string message) { throw LambdaError(ErrorType::configuration, std::move(message)); }

void check_range(const char* name, Duration value, Duration least, const char* advice) {
  if (value >= least && value <= longest_setting) return;
  refuse(std::string{name} + " is " + to_text(value) + ": " + advice);
}

void check_behaviors(const worker::WorkerOptions& options) {
  if (options.default_versioning_behavior) return;
  for (const auto& workflow : options.workflows) {
    if (workflow.options.versioning_behavior) continue;
    refuse("workflow " + workflow.name +
           " has no versioning behavior: register it with {.versioning_behavior = VersioningBehavior::pinned} (or "
           "auto_upgrade), or set worker_config.default_versioning_behavior for all workflows");
  }
}

void check_values(const LambdaWorkerConfig& config) {
  check_range("graceful_shutdown_timeout", config.worker_config.graceful_shutdown_timeout, 0s,
              "set it to between 0 and 24 hours");
  check_range("shutdown_deadline_buffer", config.effective_shutdown_deadline_buffer(), 0s,
              "set it to between 0 and 24 hours, or leave it unset for graceful_shutdown_timeout + 2 s");
  check_range("client_connect_config.connect_timeout", config.client_connect_config.connect_timeout, Duration{1},
              "set it to more than 0 and at most 24 hours");
  if (config.idle_timeout) {
    check_range("idle_timeout", *config.idle_timeout, Duration{1},
                "set it to more than 0, or leave it unset to work until the shutdown buffer");
  }
}

std::string message_of(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const Error& known) {
    return known.cause() ? known.message() + " (" + describe(known.cause()) + ")" : known.message();
  } catch (const std::exception& other) {
    return other.what();
  } catch (...) {
    return "an exception that is not a std::exception";
  }
}

}  // namespace

WorkerDeploymentVersion effective_version(WorkerDeploymentVersion version, const envconfig::Environment& environment) {
  const auto choose = [&](std::string& chosen, const char* variable) {
    if (is_blank(chosen)) chosen = envconfig::variable(environment, variable).value_or("");
  };
  choose(version.deployment_name, "TEMPORAL_DEPLOYMENT_NAME");
  choose(version.build_id, "TEMPORAL_WORKER_BUILD_ID");
  return version;
}

void check_version(const WorkerDeploymentVersion& version) {
  if (is_blank(version.deployment_name) || is_blank(version.build_id)) {
    refuse(
        "version is required (deployment_name and build_id must be set): give it to run_worker, or set "
        "TEMPORAL_DEPLOYMENT_NAME and TEMPORAL_WORKER_BUILD_ID");
  }
}

void check_environment(const envconfig::Environment& environment) {
  const auto concurrency = envconfig::variable(environment, "AWS_LAMBDA_MAX_CONCURRENCY");
  if (!concurrency || *concurrency == "1") return;
  refuse("the function may get " + *concurrency +
         " events at once (AWS_LAMBDA_MAX_CONCURRENCY, of Lambda Managed Instances), and a worker takes one: set the "
         "maximum concurrency per environment to 1, or run the worker as a long-lived one");
}

LambdaWorkerConfig default_config(const WorkerDeploymentVersion& version, const envconfig::ClientConfig& loaded,
                                  const envconfig::Environment& environment) {
  LambdaWorkerConfig config;
  config.client_connect_config = loaded.connect;
  config.client_connect_config.connect_timeout = 3s;
  config.codec = loaded.codec;
  auto& options = config.worker_config;
  options.task_queue = loaded.task_queue.value_or("");
  options.deployment_version = version;
  options.max_concurrent_activities = 2;
  options.max_concurrent_workflow_tasks = 10;
  options.max_concurrent_local_activities = 2;
  options.max_concurrent_nexus_tasks = 5;
  options.workflow_task_poller_behavior = worker::SimpleMaximum{2};
  options.activity_task_poller_behavior = worker::SimpleMaximum{1};
  options.nexus_task_poller_behavior = worker::SimpleMaximum{1};
  options.graceful_shutdown_timeout = 5s;
  options.max_cached_workflows = 30;
  options.disable_eager_activity_execution = true;
  if (const auto text = envconfig::variable(environment, "TEMPORAL_LAMBDA_IDLE_TIMEOUT")) {
    config.idle_timeout = parse_duration(*text);
    if (!config.idle_timeout) {
      refuse("TEMPORAL_LAMBDA_IDLE_TIMEOUT is \"" + *text +
             "\": give a number and a unit, for example 5s, 500ms or 1m");
    }
  }
  return config;
}

Scope call_configure(const Configure& configure, LambdaWorkerConfig& config) {
  try {
    return configure(config);
  } catch (...) {
    throw LambdaError(ErrorType::configure_callback, message_of(std::current_exception()));
  }
}

void apply_overrides(LambdaWorkerConfig& config, const WorkerDeploymentVersion& version, const Logger& log) {
  auto& options = config.worker_config;
  if (options.deployment_version != version) {
    log.warn(
        "the configure callback changed worker_config.deployment_version: it is always the version given to "
        "run_worker, change it there");
    options.deployment_version = version;
  }
  if (options.tuner) {
    // The limits are those of the defaults: a tuner is in place of them.
    options.max_concurrent_activities = {};
    options.max_concurrent_workflow_tasks = {};
    options.max_concurrent_local_activities = {};
    options.max_concurrent_nexus_tasks = {};
  }
  if (!options.disable_eager_activity_execution) {
    log.warn(
        "the configure callback enabled eager activities: they need a connection that outlives the invocation and "
        "stay disabled on Lambda");
    options.disable_eager_activity_execution = true;
  }
  if (config.idle_timeout > Duration::zero() && config.idle_timeout < shortest_idle_timeout) {
    log.warn(
        "idle_timeout is shorter than the server's interval between invocations: it is raised, or tasks would wait",
        {{"idle_timeout_seconds", seconds(*config.idle_timeout)}, {"raised_to", seconds(shortest_idle_timeout)}});
    config.idle_timeout = shortest_idle_timeout;
  }
}

void validate(const LambdaWorkerConfig& config, const World& world) {
  if (is_blank(config.worker_config.task_queue)) {
    refuse("task queue not configured: set worker_config.task_queue or the TEMPORAL_TASK_QUEUE environment variable");
  }
  check_behaviors(config.worker_config);
  check_values(config);
  try {
    if (world.validate) world.validate(config.client_connect_config, config.worker_config);
  } catch (const ConfigurationError& error) {
    refuse(error.message());
  }
}

Failure to_failure(const std::exception_ptr& error) {
  auto type = ErrorType::internal;
  try {
    std::rethrow_exception(error);
  } catch (const LambdaError& known) {
    type = known.type();
  } catch (const ConfigurationError&) {
    type = ErrorType::configuration;
  } catch (const ConnectionError&) {
    type = ErrorType::connection;
  } catch (const RpcError& rpc) {
    const bool is_gone = rpc.status() == GrpcStatus::unavailable || rpc.status() == GrpcStatus::deadline_exceeded;
    type = is_gone ? ErrorType::connection : ErrorType::worker;
  } catch (...) {  // NOLINT(bugprone-empty-catch): anything else is a defect
  }
  return {type, message_of(error)};
}

}  // namespace temporal::lambda::detail
