#pragma once

#include <temporal/envconfig/client_config.h>
#include <temporal/envconfig/environment.h>

#include <optional>
#include <string>
#include <vector>

/// \file
/// Client options from a TOML file and `TEMPORAL_*` variables, as all of Temporal's SDKs and its CLI read them.
/// See https://docs.temporal.io/develop/environment-configuration.
///
/// ```cpp
/// auto client = client::Client::connect(envconfig::load_client_config().connect);
/// ```

namespace temporal::envconfig {

struct LoadOptions {
  Environment environment = process_environment();
  /// Where `temporal.toml` is looked for, in this order, while `TEMPORAL_CONFIG_FILE` is unset. Not chosen: the folder
  /// `temporalio` in the user's configuration folder.
  std::optional<std::vector<std::string>> folders = {};
  /// The profile of the file. Not chosen: `TEMPORAL_PROFILE`, otherwise "default", which need not exist.
  std::optional<std::string> profile = {};
};

/// Reads files and environment; a variable beats the file, field by field, and an empty one counts as unset, but an
/// empty `TEMPORAL_GRPC_META_X` takes the header away. An API key switches TLS on unless TLS is disabled explicitly.
/// Certificates and keys that are named by path are read here.
/// @throws ConfigurationError that names the file, variable or profile that is wrong. Its text holds no secret.
ClientConfig load_client_config(const LoadOptions& options = {});

}  // namespace temporal::envconfig
