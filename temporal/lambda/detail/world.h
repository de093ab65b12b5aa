#pragma once

#include <temporal/client/connect_options.h>
#include <temporal/common/log.h>
#include <temporal/envconfig/client_config.h>
#include <temporal/envconfig/environment.h>
#include <temporal/lambda/detail/clock.h>
#include <temporal/worker/worker_options.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

/// \file
/// Everything outside that a Lambda worker touches, as one value. Tests put fakes in; `real_world` puts in the client
/// and the worker.

namespace temporal::lambda::detail {

/// A worker of one invocation. The functions mean what those of `worker::Worker` mean.
class Worker {
 public:
  struct Status {
    std::size_t running_tasks = 0;
    std::chrono::steady_clock::time_point last_task = {};
  };

  Worker() = default;
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;
  virtual ~Worker() = default;

  virtual void start() = 0;
  virtual std::exception_ptr wait_until(std::chrono::steady_clock::time_point until, std::stop_token stop) = 0;
  virtual bool shutdown(std::chrono::steady_clock::time_point deadline) = 0;
  [[nodiscard]] virtual Status status() const = 0;
};

/// An open connection to the server. Thread-safe.
class Connection {
 public:
  Connection() = default;
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  virtual ~Connection() = default;

  /// One call to the server, without a retry. @throws when it gives no answer within `timeout`.
  virtual void probe(Duration timeout) = 0;
  virtual std::shared_ptr<Worker> create_worker(const worker::WorkerOptions& options) = 0;

  /// Signs of life of the server.
  struct Pulse {
    std::uint64_t answers = 0;  ///< to any call so far
    Duration way = {};          ///< there and back, with room for one that is slow
  };
  [[nodiscard]] virtual Pulse pulse() const = 0;

  /// When polls are to end.
  struct PollLimit {
    std::chrono::steady_clock::time_point at = {};
    Duration after_a_task = {};                          ///< a task that comes moves the limit to this long after it,
    std::chrono::steady_clock::time_point at_most = {};  ///< but not beyond this
  };
  /// Has the server end the polls of workers on this connection at the limit, or up to 1 s and the way later; in the
  /// last 0.5 s before it no poll begins. What `hold_polls` held goes on.
  virtual void limit_polls(const PollLimit& limit) = 0;
  /// Holds new polls back and waits until none is under way, but no longer than `until`, nor beyond a stop. A worker
  /// that is shut down then loses no task.
  /// @return whether a task came since the polls were limited.
  virtual bool hold_polls(std::chrono::steady_clock::time_point until, std::stop_token stop) = 0;
};

struct World {
  std::shared_ptr<Clock> clock = std::make_shared<SystemClock>();
  envconfig::Environment environment = {};
  std::vector<std::string> arguments = {};  ///< of the command line, the program first
  Logger log = {};

  /// Reads file and environment. Called once a process. @throws ConfigurationError
  std::function<envconfig::ClientConfig(const envconfig::Environment&)> load = {};
  /// What client and worker themselves demand of their options. @throws ConfigurationError
  std::function<void(const client::ConnectOptions&, const worker::WorkerOptions&)> validate = {};
  /// @throws when there is no connection within `connect_timeout`.
  std::function<std::shared_ptr<Connection>(const client::ConnectOptions&)> connect = {};
  /// Ends the process without running destructors: abandoned threads still use what they own.
  std::function<void(int code)> exit = {};
  /// Begins the process anew, so that nothing of what was abandoned is left. Returns only when that cannot be done.
  std::function<void()> restart = {};
  /// The process has been begun anew, after an answer: Lambda waits for it to ask for the next event.
  bool restarted = false;
};

/// The client, the worker and the environment of this process. Logs go to standard error.
World real_world();

}  // namespace temporal::lambda::detail
