#include <temporal/common/executor.h>

#include <algorithm>
#include <utility>

namespace temporal {

ThreadPool::ThreadPool(std::size_t threads) {
  threads = std::max<std::size_t>(threads, 1);
  threads_.reserve(threads);
  for (std::size_t i = 0; i < threads; ++i) threads_.emplace_back([this] { work(); });
}

ThreadPool::~ThreadPool() {
  {
    const std::scoped_lock lock{mutex_};
    ending_ = true;
    wake_.notify_all();
  }
  for (auto& thread : threads_) thread.join();
}

void ThreadPool::post(Job job) {
  const std::scoped_lock lock{mutex_};
  jobs_.push_back(std::move(job));
  wake_.notify_one();  // under the lock: the job may end what owns this pool
}

void ThreadPool::work() {
  std::unique_lock lock{mutex_};
  for (;;) {
    wake_.wait(lock, [this] { return ending_ || !jobs_.empty(); });
    if (jobs_.empty()) return;
    {
      const Job job = std::move(jobs_.front());
      jobs_.pop_front();
      lock.unlock();
      job();
    }
    lock.lock();
  }
}

Executor& default_executor() {
  static auto& pool = *new ThreadPool{std::max(1U, std::thread::hardware_concurrency())};
  return pool;
}

}  // namespace temporal
