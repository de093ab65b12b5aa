#pragma once

#include <temporal/client/connect_options.h>

#include <optional>
#include <string>
#include <vector>

/// \file
/// What Temporal's environment configuration says about a client.
/// See https://docs.temporal.io/develop/environment-configuration.

namespace temporal::envconfig {

/// A remote service that encodes payloads. Only read here: payload codecs use it.
struct CodecSettings {
  std::optional<std::string> endpoint = {};
  std::optional<std::string> auth = {};  ///< a secret: the value of an Authorization header

  bool operator==(const CodecSettings&) const = default;
};

struct ClientConfig {
  client::ConnectOptions connect = {};
  CodecSettings codec = {};
  std::optional<std::string> task_queue = {};  ///< of `TEMPORAL_TASK_QUEUE`
  std::vector<std::string> warnings = {};      ///< for the log: what was asked for and could not be found
};

}  // namespace temporal::envconfig
