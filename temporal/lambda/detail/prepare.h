#pragma once

#include <temporal/common/versioning.h>
#include <temporal/lambda/configure.h>
#include <temporal/lambda/detail/world.h>
#include <temporal/lambda/invocation.h>

#include <exception>

/// \file
/// From nothing to a configuration that a worker can be started with.

namespace temporal::lambda::detail {

/// What is not chosen in code is that of `TEMPORAL_DEPLOYMENT_NAME` and `TEMPORAL_WORKER_BUILD_ID`, the variables by
/// which Temporal's Worker Controllers name a version.
WorkerDeploymentVersion effective_version(WorkerDeploymentVersion version, const envconfig::Environment& environment);

/// @throws LambdaError when a part of the version is missing.
void check_version(const WorkerDeploymentVersion& version);

/// @throws LambdaError where Lambda would hand out several events at once.
void check_environment(const envconfig::Environment& environment);

/// What the callback gets to see: the Lambda defaults, the loaded connection, the version.
/// @throws LambdaError for an environment variable that cannot be read.
LambdaWorkerConfig default_config(const WorkerDeploymentVersion& version, const envconfig::ClientConfig& loaded,
                                  const envconfig::Environment& environment);

/// Calls the callback. @throws LambdaError of type `configure_callback`, with the message of what it threw.
Scope call_configure(const Configure& configure, LambdaWorkerConfig& config);

/// Puts back what the callback may not change, with one warning for each.
void apply_overrides(LambdaWorkerConfig& config, const WorkerDeploymentVersion& version, const Logger& log);

/// @throws LambdaError of type `configuration` that says what to change.
void validate(const LambdaWorkerConfig& config, const World& world);

/// Which error type of the Lambda worker an exception belongs to, with its message and those of its causes.
Failure to_failure(const std::exception_ptr& error);

}  // namespace temporal::lambda::detail
