#pragma once

#include <temporal/common/versioning.h>
#include <temporal/lambda/configure.h>
#include <temporal/lambda/detail/world.h>

#include <stop_token>

namespace temporal::lambda::detail {

/// The same worker outside Lambda: without a deadline and without an idle exit, until a stop is requested.
/// @return the exit code of the process: 1 when it could not start or failed.
int run_long_lived(const WorkerDeploymentVersion& chosen, const Configure& configure, const World& world,
                   const std::stop_token& stop);

}  // namespace temporal::lambda::detail
