#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <utility>

namespace temporal::worker::detail {

/// A queue of jobs and the loop that works on it. It owns no thread: its owner starts one whenever `submit` asks for
/// it, so that an idle worker has none and the owner decides what becomes of a stuck one.
class JobQueue {
 public:
  using Job = std::function<void()>;

  explicit JobQueue(std::size_t max_threads) : max_threads_(max_threads) {}

  /// @return 0, or the job's number when the caller should start one more thread that calls `work()`. When it cannot,
  /// it has to `take_back` the job.
  std::size_t submit(Job job) {
    const std::scoped_lock lock{mutex_};
    jobs_.emplace_back(++submitted_, std::move(job));
    wake_.notify_one();
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
        const Job job = std::move(jobs_.front().second);
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
  std::deque<std::pair<std::size_t, Job>> jobs_;  ///< with their numbers
  std::size_t submitted_ = 0;
  std::size_t idle_ = 0;
  std::size_t threads_ = 0;
  bool closed_ = false;
};

}  // namespace temporal::worker::detail
