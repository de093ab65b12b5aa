#pragma once

#include <temporal/client/client.h>
#include <temporal/worker/worker_options.h>

#include <chrono>
#include <cstddef>
#include <exception>
#include <memory>
#include <stop_token>

/// \file
/// The worker: polls a task queue and runs workflows and activities.
///
/// ```cpp
/// worker::WorkerOptions options{.task_queue = "greetings"};
/// options.add_workflow<hello>();
/// options.add_activity<greet>();
/// worker::Worker{client, options}.run(stop_token);
/// ```

namespace temporal::worker {

namespace detail {
class SharedWorker;
}

/// What a worker does at a moment, for deciding that it is idle.
struct WorkerStatus {
  std::size_t running_tasks = 0;                         ///< activities and workflow tasks in progress
  std::chrono::steady_clock::time_point last_task = {};  ///< when the last one came or ended; the start at first
};

/// A worker on one task queue. Thread-safe: it may be waited for and shut down by several threads at once. It lives
/// once, and ends at the latest in its destructor or when another is moved to it, which drain without a limit.
///
/// What core or the server will not take of a task, because it is too large or no message can carry it, fails that task
/// alone and is logged. One that has been moved from throws `std::logic_error`.
class Worker {
 public:
  /// @throws ConfigurationError for options that cannot work, before anything is sent.
  Worker(client::Client client, WorkerOptions options);
  Worker(Worker&&) noexcept;
  Worker& operator=(Worker&&) noexcept;
  ~Worker();

  /// Validates the worker with the server and begins to poll.
  /// @throws RpcError, ConnectionError or ConfigurationError when the server refuses; std::system_error when there are
  /// no threads to poll with; std::logic_error when it has been started or shut down before.
  void start();

  /// Waits until the worker fails or is shut down, the time is reached or a stop is requested.
  /// @return the failure that ended its polls, or null.
  std::exception_ptr wait_until(std::chrono::steady_clock::time_point until, std::stop_token stop = {});

  /// Stops polling and drains: workflow tasks are finished; activities get the graceful shutdown timeout, then the
  /// cancellation reason `worker_shutdown`. A local activity that stops then runs again elsewhere, once its workflow
  /// task has timed out. A workflow that did not yield in time is not waited for. Of several shutdowns at once, the
  /// earliest deadline holds for all.
  /// @return false when something still runs. It is logged and abandoned: it keeps a thread and what it uses, and the
  /// process should exit soon.
  bool shutdown(std::chrono::steady_clock::time_point deadline);

  [[nodiscard]] WorkerStatus status() const;

  /// The whole life of a long-lived worker: start, wait for the stop or a shutdown, drain. One that was shut down
  /// before returns at once.
  /// @throws what `start()` throws, and the failure that ended the polls.
  void run(std::stop_token stop);

 private:
  [[nodiscard]] std::shared_ptr<detail::SharedWorker> shared() const;
  std::shared_ptr<detail::SharedWorker> shared_;
};

}  // namespace temporal::worker
