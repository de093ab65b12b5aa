#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <utility>

namespace temporal::detail {

/// A queue of jobs and the loop that works on it. It owns no thread: its owner decides which threads work, and what
/// becomes of a stuck one. Either it starts them before, or one whenever `submit` asks for it, so that an idle queue
/// has none.
class JobQueue {
 public:
  using Job = std::function<void()>;

  /// @param threads of the owner's, which call `work()` or `run_one()` without being asked for
  explicit JobQueue(std::size_t max_threads, std::size_t threads = 0) : max_threads_(max_threads), threads_(threads) {}

  /// @return 0, or the job's number when the caller should start one more thread that calls `work()`. When it cannot,
  /// it has to `take_back` the job.
  std::size_t submit(Job job) {
    const std::scoped_lock lock{mutex_};
    jobs_.emplace_back(++submitted_, std::move(job));
    wake_.notify_one();  // under the lock: the job may be the last, and the queue is gone after it
    if (jobs_.size() <= idle_ || threads_ == max_threads_) return 0;
    ++threads_;
    return submitted_;
  }

  /// There is no thread for this job. @return false when another has begun it meanwhile.
  bool take_back(std::size_t number) {
    const std::scoped_lock lock{mutex_};
    --threads_;
    return std::erase_if(jobs_, [=](const auto& job) { return job.first == number; }) != 0;
  }

  /// Waits for a job and runs it. @return false when there is none, because the queue is closed and empty.
  bool run_one() {
    std::unique_lock lock{mutex_};
    ++idle_;
    wake_.wait(lock, [this] { return closed_ || !jobs_.empty(); });
    --idle_;
    if (jobs_.empty()) {
      --threads_;  // a job that comes after the end still gets a thread
      return false;
    }
    const Job job = std::move(jobs_.front().second);
    jobs_.pop_front();
    lock.unlock();
    job();
    return true;
  }

  /// Runs jobs until the queue is closed and empty.
  void work() {
    while (run_one()) {
    }
  }

  void close() {
    const std::scoped_lock lock{mutex_};
    closed_ = true;
    wake_.notify_all();
  }

 private:
  const std::size_t max_threads_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::pair<std::size_t, Job>> jobs_;  ///< with their numbers
  std::size_t submitted_ = 0;
  std::size_t idle_ = 0;
  std::size_t threads_;
  bool closed_ = false;
};

}  // namespace temporal::detail
