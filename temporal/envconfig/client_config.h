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

/// Which secrets of AWS hold the credentials, by names or ARNs. Only read here: Lambda workers fetch them. The table
/// `profile.<name>.ext.aws_secrets_manager`, or `TEMPORAL_EXT_AWS_SECRETS_MANAGER_*`, as Temporal's other SDKs have
/// them.
struct SecretIds {
  std::string api_key = {};
  std::string client_certificate = {};
  std::string client_private_key = {};
  std::string server_ca = {};

  bool operator==(const SecretIds&) const = default;
};

struct ClientConfig {
  client::ConnectOptions connect = {};
  CodecSettings codec = {};
  SecretIds secrets = {};
  std::optional<std::string> task_queue = {};  ///< of `TEMPORAL_TASK_QUEUE`
  std::vector<std::string> warnings = {};      ///< for the log: what was asked for and could not be found
};

}  // namespace temporal::envconfig
