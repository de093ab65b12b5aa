#pragma once

#include <temporal/common/versioning.h>
#include <temporal/lambda/configure.h>
#include <temporal/lambda/detail/world.h>

#include <string>

namespace temporal::lambda::detail {

/// Whether the process is asked who it is: `bootstrap --describe`.
[[nodiscard]] bool is_asked_to_describe(const World& world);

/// What the worker would be, as one JSON object: names, version, task queue, timeouts. The callback is called, and
/// nothing is connected to. What cannot be known, because the callback or the configuration fails, is left at what was
/// known until then, and `error` says why. No setting of the connection is in it, so no secret is.
[[nodiscard]] std::string describe(const WorkerDeploymentVersion& version, const Configure& configure,
                                   const World& world);

}  // namespace temporal::lambda::detail
