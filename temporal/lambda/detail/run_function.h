#pragma once

#include <temporal/common/versioning.h>
#include <temporal/lambda/configure.h>
#include <temporal/lambda/detail/world.h>

#include <stop_token>
#include <string>

namespace temporal::lambda::detail {

/// The whole life of an execution environment: init phase, then one event after the other until the Runtime API is
/// gone or a stop is requested.
/// @param host what `AWS_LAMBDA_RUNTIME_API` holds.
/// @return the exit code of the process.
int run_function(const WorkerDeploymentVersion& version, const Configure& configure, const World& world,
                 const std::string& host, const std::stop_token& stop);

}  // namespace temporal::lambda::detail
