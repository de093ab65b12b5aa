#pragma once

#include <temporal/common/versioning.h>
#include <temporal/lambda/configure.h>

/// \file
/// The `main()` of a Temporal worker on AWS Lambda.
///
/// ```cpp
/// int main() {
///   return temporal::lambda::run_worker(
///       {.deployment_name = "my-app", .build_id = "build-1"},
///       [](temporal::lambda::LambdaWorkerConfig& config) {
///         config.worker_config.task_queue = "serverless-task-queue";
///         config.worker_config.add_workflow<hello>({.versioning_behavior = temporal::VersioningBehavior::pinned});
///         config.worker_config.add_activity<greet>();
///       });
/// }
/// ```

namespace temporal::lambda {

/// Runs a worker in each invocation of this Lambda function, until the process is told to stop. Outside Lambda
/// (`AWS_LAMBDA_RUNTIME_API` is not set) it runs one long-lived worker until SIGINT or SIGTERM.
///
/// The callback is called once for each invocation, with a fresh configuration: for the first one in the init phase.
/// What it returns, if anything, lives until the shutdown hooks of that invocation have run. The connection is
/// configured by a `temporal.toml` and `TEMPORAL_*` variables, see `envconfig::load_client_config`.
///
/// A part of the version that is empty is that of `TEMPORAL_DEPLOYMENT_NAME` or `TEMPORAL_WORKER_BUILD_ID`, so that who
/// deploys a build names it. Outside Lambda, `bootstrap --describe` prints what the worker would be as one JSON object
/// (names, version, task queue, timeouts), connects to nothing, and ends.
///
/// Call it once, from `main()`. Errors are answered to Lambda and logged as JSON on standard error.
/// @return the exit code for `main()`: 1 when the worker could not start.
int run_worker(WorkerDeploymentVersion version, Configure configure);

}  // namespace temporal::lambda
