#pragma once

#include <temporal/envconfig/environment.h>

#include <optional>
#include <string>
#include <vector>

namespace temporal::envconfig {

struct ConfigFile {
  std::string path = {};
  std::string text = {};
};

struct ConfigFileSearch {
  std::optional<ConfigFile> file = {};
  std::optional<std::string> warning = {};  ///< `TEMPORAL_CONFIG_FILE` names a file that does not exist
};

/// Reads the file that `TEMPORAL_CONFIG_FILE` names; when it is unset, the first `temporal.toml` in these folders.
/// @throws ConfigurationError that names the file, when there is one and it cannot be read.
ConfigFileSearch find_config_file(const Environment& environment, const std::vector<std::string>& folders);

/// The text of a file; nothing when it does not exist. @throws ConfigurationError that names `what` and the file.
std::optional<std::string> read_file(const std::string& path, const std::string& what);

}  // namespace temporal::envconfig
