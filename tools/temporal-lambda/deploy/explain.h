#pragma once

#include <temporal/client/worker_deployment_description.h>

#include <optional>
#include <string>

namespace temporal::lambda_deploy {

/// What to do about an error of the server, whose own texts do not say it. None: its text says enough.
/// @param cause what the server's Worker Controller failed with, where that is known
std::optional<std::string> explain(const std::string& error, const std::optional<std::string>& cause,
                                   const client::AwsLambda& compute);

}  // namespace temporal::lambda_deploy
