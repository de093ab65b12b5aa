#pragma once

#include <temporal/common/duration.h>

#include <map>
#include <optional>
#include <string>

namespace temporal::client {

/// How the calls of a client travel; see `Client::with_rpc_options`.
struct RpcOptions {
  /// Longest time for a call with all its retries; 10 s when not chosen. Waiting for a result, an update or new events
  /// takes as long as it takes. A call that takes longer throws `RpcError` with `GrpcStatus::deadline_exceeded`.
  std::optional<Duration> timeout = {};

  /// gRPC metadata besides that of the connection. Values count as secret.
  std::map<std::string, std::string> metadata = {};
};

}  // namespace temporal::client
