#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>

namespace temporal::worker::detail {

/// A queue of jobs and the loop that works on it. It owns no thread: its owner starts one whenever `submit` asks for
/// it, so that an idle worker has none and the owner decides what becomes of a stuck one.
class JobQueue {
 public:
  using Job = std::function<void()>;

  explicit JobQueue(std::size_t max_threads) : max_threads_(max_threads) {}

  /// @return true when the caller should start one more thread that calls `work()`.
  bool submit(Job job) {
    const std::scoped_lock lock{mutex_};
    jobs_.push_back(std::move(job));
    wake_.notify_one();
    if (jobs_.size() <= idle_ || threads_ == max_threads_) return false;
    ++threads_;
    return true;
  }

  /// Runs jobs until the queue is closed and empty.
  void work() {
    std::unique_lock lock{mutex_};
    for (;;) {
      ++idle_;
      wake_.wait(lock, [this] { return closed_ || !jobs_.empty(); });
      --idle_;
      if (jobs_.empty()) {
        --threads_;  // a job that comes after the end still gets a thread
        return;
      }
      {
        const Job job = std::move(jobs_.front());
        jobs_.pop_front();
        lock.unlock();
        job();
      }
      lock.lock();
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
  std::deque<Job> jobs_;
  std::size_t idle_ = 0;
  std::size_t threads_ = 0;
  bool closed_ = false;
};

}  // namespace temporal::worker::detail
