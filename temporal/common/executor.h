#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

/// \file
/// Where coroutines of the type `temporal::Task` run.

namespace temporal {

namespace detail {
class JobQueue;
}

/// Runs jobs, each once. `post` is called from any thread and does not wait for the job. An executor outlives the tasks
/// that were started on it.
class Executor {
 public:
  using Job = std::function<void()>;  ///< does not throw

  Executor() = default;
  Executor(const Executor&) = delete;
  Executor& operator=(const Executor&) = delete;
  virtual ~Executor() = default;

  virtual void post(Job job) = 0;
};

/// Runs a job at once, on the thread that posts it. For tests: in production that may be a thread that must not block.
class InlineExecutor final : public Executor {
 public:
  void post(Job job) override { job(); }
};

/// A fixed number of threads. With one it is a serial executor: jobs run one after the other, in the order in which
/// they were posted.
class ThreadPool final : public Executor {
 public:
  /// @param threads at least one: 0 counts as 1
  explicit ThreadPool(std::size_t threads);
  /// Runs what was posted, also by those jobs, and ends the threads. Where it is one of them that destroys the pool,
  /// because a job was its last owner, that one goes on alone with what is left.
  ~ThreadPool() override;

  void post(Job job) override;

 private:
  void end() noexcept;

  std::shared_ptr<detail::JobQueue> queue_;
  std::vector<std::thread> threads_;
};

/// The pool that is used where no other is named: a thread for each core, made at the first use, there until the
/// process ends. Jobs that block keep others waiting: run them on a pool of their own.
Executor& default_executor();

}  // namespace temporal
