#include <temporal/common/executor.h>

#include <temporal/common/detail/job_queue.h>
#include <temporal/common/running.h>

#include <algorithm>
#include <utility>

namespace temporal {

ThreadPool::ThreadPool(std::size_t threads) {
  threads = std::max<std::size_t>(threads, 1);
  queue_ = std::make_shared<detail::JobQueue>(threads, threads);
  threads_.reserve(threads);
  try {
    for (std::size_t i = 0; i < threads; ++i) {
      threads_.emplace_back([queue = queue_] {  // shared: the last job may end the pool
        const detail::SignalStack signal_stack;
        queue->work();
      });
    }
  } catch (...) {
    end();
    throw;
  }
}

ThreadPool::~ThreadPool() { end(); }

void ThreadPool::end() noexcept {
  queue_->close();
  for (auto& thread : threads_) thread.get_id() == std::this_thread::get_id() ? thread.detach() : thread.join();
}

void ThreadPool::post(Job job) {
  const auto queue = queue_;  // the job may end what owns this pool
  (void)queue->submit(std::move(job));
}

Executor& default_executor() {
  static auto& pool = *new ThreadPool{std::max(1U, std::thread::hardware_concurrency())};
  return pool;
}

}  // namespace temporal
