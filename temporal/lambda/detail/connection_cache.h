#pragma once

#include <temporal/lambda/detail/world.h>

#include <memory>
#include <optional>

namespace temporal::lambda::detail {

/// Keeps the connection of one execution environment from invocation to invocation. Not thread-safe.
class ConnectionCache {
 public:
  explicit ConnectionCache(const World& world) : world_(world) {}

  /// A connection with these options that is known to be alive: the one kept when it answers a probe, a new one
  /// otherwise. Takes no longer than `connect_timeout`, probe included, nor than `limit`.
  /// @throws LambdaError of type `connection`, or `worker` when the server refused the credentials.
  std::shared_ptr<Connection> obtain(const client::ConnectOptions& options, Duration limit, const Logger& log);

  /// Opens a connection for the first invocation, which uses it without a probe when it comes soon.
  /// @throws as `obtain` does.
  void open_early(const client::ConnectOptions& options, const Logger& log);

 private:
  bool is_alive(Duration timeout, const Logger& log);

  const World& world_;
  std::shared_ptr<Connection> connection_;
  client::ConnectOptions options_;
  std::optional<Timestamp> fresh_since_;  ///< opened early and not used yet
};

}  // namespace temporal::lambda::detail
