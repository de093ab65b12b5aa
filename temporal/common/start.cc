#include <temporal/common/start.h>

namespace temporal::detail {

void RunLoop::post(Job job) {
  const std::scoped_lock lock{mutex_};
  jobs_.push_back(std::move(job));
  wake_.notify_one();  // under the lock: the job may be the last, and the loop is gone after it
}

void RunLoop::run_one() {
  std::unique_lock lock{mutex_};
  wake_.wait(lock, [this] { return !jobs_.empty(); });
  const Job job = std::move(jobs_.front());
  jobs_.pop_front();
  lock.unlock();
  job();
}

}  // namespace temporal::detail
