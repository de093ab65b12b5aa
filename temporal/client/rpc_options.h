#pragma once

#include <temporal/common/duration.h>

#include <map>
#include <optional>
#include <stop_token>
#include <string>

namespace temporal::client {

/// How the calls of a client travel; see `Client::with_rpc_options`.
struct RpcOptions {
  /// Longest time for a call with all its retries; 30 s when not chosen. A call that takes longer throws `RpcError`
  /// with `GrpcStatus::deadline_exceeded`. Waiting for a result, an update or new events takes as long as it takes,
  /// also while the server is away; it ends when its future is dropped.
  std::optional<Duration> timeout = {};

  /// gRPC metadata besides that of the connection. Values count as secret.
  std::map<std::string, std::string> metadata = {};

  /// Ends the calls, waits too, which then throw `RpcError` with `GrpcStatus::cancelled`. What was asked for may have
  /// reached the server or not. For what is cancelled itself: the stop token of a request, of a task, of an activity.
  std::stop_token stop = {};
};

}  // namespace temporal::client
