#include <temporal/common/executor.h>
#include <temporal/common/running.h>

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <utility>

namespace temporal {

/// Shared by the threads: the last job may end the pool.
struct ThreadPool::Queue {
  std::mutex mutex;
  std::condition_variable wake;
  std::deque<Job> jobs;
  bool ending = false;

  void work() {
    const detail::SignalStack signal_stack;
    std::unique_lock lock{mutex};
    for (;;) {
      wake.wait(lock, [this] { return ending || !jobs.empty(); });
      if (jobs.empty()) return;
      {
        const Job job = std::move(jobs.front());
        jobs.pop_front();
        lock.unlock();
        job();
      }
      lock.lock();
    }
  }
};

ThreadPool::ThreadPool(std::size_t threads) : queue_(std::make_shared<Queue>()) {
  threads = std::max<std::size_t>(threads, 1);
  threads_.reserve(threads);
  try {
    for (std::size_t i = 0; i < threads; ++i) threads_.emplace_back([queue = queue_] { queue->work(); });
  } catch (...) {
    end();
    throw;
  }
}

ThreadPool::~ThreadPool() { end(); }

void ThreadPool::end() noexcept {
  {
    const std::scoped_lock lock{queue_->mutex};
    queue_->ending = true;
    queue_->wake.notify_all();
  }
  for (auto& thread : threads_) thread.get_id() == std::this_thread::get_id() ? thread.detach() : thread.join();
}

void ThreadPool::post(Job job) {
  const auto queue = queue_;  // the job may end what owns this pool
  const std::scoped_lock lock{queue->mutex};
  queue->jobs.push_back(std::move(job));
  queue->wake.notify_one();
}

Executor& default_executor() {
  static auto& pool = *new ThreadPool{std::max(1U, std::thread::hardware_concurrency())};
  return pool;
}

}  // namespace temporal
