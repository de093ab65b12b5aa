#pragma once

#include <temporal/client/worker_deployment_description.h>

#include <map>
#include <optional>
#include <string>

namespace temporal::lambda_doctor {

/// What Temporal says, read once. Nothing of AWS: that is not asked yet.
struct Facts {
  std::string where = {};  ///< namespace and address
  /// Why Temporal could not be asked; then nothing else is known.
  std::optional<std::string> connection_error = {};
  std::string deployment_name = {};
  std::string build_id = {};  ///< of the version that is looked at; empty: there is none to look at
  std::optional<client::WorkerDeploymentDescription> deployment = {};
  std::map<std::string, client::WorkerDeploymentVersionDescription> versions = {};  ///< by build id
  /// What the server says when it looks at the version's compute now; none: nothing wrong, or not asked.
  std::optional<std::string> validation_error = {};
  /// What its Worker Controller last failed with, where that may be read.
  std::optional<std::string> controller_failure = {};
};

}  // namespace temporal::lambda_doctor
