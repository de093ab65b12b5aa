#pragma once

#include <temporal/core/request.h>
#include <temporal/core/runtime.h>

#include <temporal_bridge.pb.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

struct TemporalCancellation;
struct TemporalConnection;

namespace temporal::core {

/// Gives up the calls that are made with it, and those that will be. Thread-safe. Calls under way do not need it.
class Cancellation {
 public:
  Cancellation();
  Cancellation(const Cancellation&) = delete;
  Cancellation& operator=(const Cancellation&) = delete;
  ~Cancellation();

  /// They end with the gRPC status CANCELLED and are reset at the server, but none before it has lasted `at_least`. The
  /// first time counts. Calls nobody back.
  void cancel(std::chrono::milliseconds at_least = {}) const noexcept;

  [[nodiscard]] TemporalCancellation* handle() const noexcept { return handle_; }

 private:
  TemporalCancellation* handle_;
};

/// A connection to a server. Thread-safe. Requests under way keep what they need and still call back after it is gone.
class Connection {
 public:
  using Connected = std::function<void(std::shared_ptr<Connection>, std::shared_ptr<const Error>)>;

  static void connect(std::shared_ptr<Runtime> runtime, const bridge::v1::ConnectOptions& options, Connected done);
  /// Blocks. @throws Error
  static std::shared_ptr<Connection> connect(std::shared_ptr<Runtime> runtime,
                                             const bridge::v1::ConnectOptions& options);
  Connection(std::shared_ptr<Runtime> runtime, TemporalConnection* handle);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection();

  /// One call without a retry, to see whether the server is there. Blocks. @throws Error
  void probe(std::chrono::milliseconds timeout) const;

  void rpc(const bridge::v1::RpcCall& call, Callback done, const Cancellation* cancellation = nullptr) const;
  /// Blocks. @throws Error
  [[nodiscard]] std::string rpc(const bridge::v1::RpcCall& call) const;

  /// For the calls from now on; an empty key is none. @throws Error
  void set_api_key(const std::string& key) const;
  /// For the calls from now on, in place of what there was. @throws Error
  void set_metadata(const std::map<std::string, std::string>& metadata) const;
  /// For the workers from now on. @throws Error
  void set_identity(const std::string& identity) const;

  /// Signs of life of the server.
  struct Pulse {
    std::uint64_t answers = 0;  ///< to any call so far
    /// There and back: the longest of the last 8 calls that are answered at once, between 100 ms and 2 s.
    std::chrono::milliseconds way = {};
  };
  /// @throws Error
  [[nodiscard]] Pulse pulse() const;

  /// When polls are to end.
  struct PollLimit {
    std::chrono::steady_clock::time_point at = {};
    std::chrono::milliseconds after_a_task = {};         ///< a task that comes moves the limit to this long after it,
    std::chrono::steady_clock::time_point at_most = {};  ///< but not beyond this
  };
  /// Has the server end the polls of the connection's workers at the limit, or up to 1 s and the way later: none is
  /// shorter than 1.5 s and the way. Polls that were held back go on. @throws Error
  void limit_polls(const PollLimit& limit) const;
  /// Holds new polls back, until they are limited again or a worker begins to shut down. The result comes when none is
  /// under way any more; `task_came` says of it whether a task came since the polls were limited.
  void hold_polls(Callback done) const;
  static bool task_came(const Result& held);

  [[nodiscard]] const std::shared_ptr<Runtime>& runtime() const { return runtime_; }
  [[nodiscard]] TemporalConnection* handle() const { return handle_; }

 private:
  std::shared_ptr<Runtime> runtime_;
  TemporalConnection* handle_;
};

}  // namespace temporal::core
