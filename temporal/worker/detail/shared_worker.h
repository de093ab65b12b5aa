#pragma once

#include <temporal/client/client.h>
#include <temporal/codec/detail/coded.h>
#include <temporal/common/detail/job_queue.h>
#include <temporal/core/worker.h>
#include <temporal/core/worker_log.h>
#include <temporal/worker/detail/activity_runner.h>
#include <temporal/worker/detail/life.h>
#include <temporal/worker/detail/workflow_tasks.h>
#include <temporal/worker/worker.h>

#include <exception>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>

namespace temporal::worker::detail {

/// A worker, shared by its owner and by every thread of it, so that a thread that has to be abandoned still has all it
/// uses. Its parts lock for themselves, and no lock is held here.
///
///   core ──task──▶ poll ──▶ workflows_ or activities_ ──completion──▶ complete ──▶ core
class SharedWorker : public std::enable_shared_from_this<SharedWorker> {
 public:
  using Clock = Life::Clock;

  SharedWorker(client::Client client, WorkerOptions options);

  /// @return false when it was shut down before.
  bool start();
  std::exception_ptr wait_until(Clock::time_point until, std::stop_token stop);
  bool shutdown(Clock::time_point deadline);
  [[nodiscard]] WorkerStatus status() const;

 private:
  using Poll = std::string (core::Worker::*)();
  using Complete = void (core::Worker::*)(const std::string&, core::Callback);
  using Instead = ActivityRunner::Instead;

  void make_threads();
  [[nodiscard]] Life::Body workflow_poll();
  void poll(Poll next, const std::function<bool(const std::string& task)>& handle);
  void fail(const std::exception_ptr& failure);
  bool begin_to_end() const noexcept;

  [[nodiscard]] bool has_codec() const;
  [[nodiscard]] std::string coded(codec::detail::Direction direction, std::string_view kind,
                                  const std::string& message) const;
  bool handle_activation(const std::string& activation);
  void handle_activity_task(const std::string& task);

  void complete(Complete send, const std::string& completion, Instead instead);
  void send(Complete send, const std::string& completion, Instead instead);
  void record_heartbeat(const std::string& beat);
  void evict(const std::string& run_id);
  void execute(Executor::Job job);
  std::shared_ptr<void> hold();
  [[nodiscard]] Executor& coroutine_executor() const;

  void announce_shutdown();
  bool drain(Clock::time_point deadline);
  void finish(Clock::time_point deadline);
  [[nodiscard]] bool finalize(Clock::time_point deadline) const;
  void abandon();

  client::Client client_;
  WorkerOptions options_;
  Logger log_;
  Meter meter_;
  temporal::detail::JobQueue jobs_;
  Life life_;
  WorkflowTasks workflows_;
  ActivityRunner activities_;
  core::WorkerLog core_log_;
  std::shared_ptr<core::Worker> core_;  ///< set once, while it starts
};

}  // namespace temporal::worker::detail
