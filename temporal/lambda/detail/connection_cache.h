#pragma once

#include <temporal/lambda/detail/bounded.h>
#include <temporal/lambda/detail/world.h>

#include <memory>
#include <optional>

namespace temporal::lambda::detail {

/// Keeps the connection of one execution environment from invocation to invocation. Not thread-safe.
class ConnectionCache {
 public:
  explicit ConnectionCache(const World& world) : world_(world) {}

  /// A connection with these options, their interceptors apart, that is known to be alive: the one kept when it answers
  /// a probe, a new one otherwise. Takes no longer than `connect_timeout`, probe included, nor than `limit`.
  /// @throws LambdaError of type `connection`, or `worker` when the server refused the credentials.
  std::shared_ptr<Connection> obtain(const client::ConnectOptions& chosen, Duration limit, const Logger& log);

  /// Opens a connection for the first invocation, which uses it without a probe when it comes soon. A server that
  /// takes long is left to answer while the environment waits for its first event: `obtain` goes on waiting then,
  /// instead of trying from the beginning. Its failure is logged alone: the first invocation tries again.
  void open_early(const client::ConnectOptions& chosen, const Logger& log);

 private:
  /// A connect that init began.
  struct Attempt {
    client::ConnectOptions options;
    Timestamp begin;
    std::shared_ptr<std::shared_ptr<Connection>> made;
    BoundedRun run;
  };

  bool is_alive(Duration timeout, const Logger& log);
  /// Waits for the connect of init. @return false when there is none that is worth waiting for. @throws its failure
  bool join_early(const client::ConnectOptions& options, Duration limit);

  const World& world_;
  std::shared_ptr<Connection> connection_;
  client::ConnectOptions options_;
  std::optional<Timestamp> fresh_since_;  ///< opened early and not used yet
  std::optional<Attempt> early_;
};

}  // namespace temporal::lambda::detail
