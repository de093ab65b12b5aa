#include <temporal/lambda/detail/bounded.h>

#include <exception>
#include <thread>
#include <utility>

namespace temporal::lambda::detail {
namespace {

struct Run {
  std::mutex mutex;
  std::condition_variable changed;
  bool done = false;
  std::exception_ptr error;
};

}  // namespace

bool run_bounded(const std::shared_ptr<Clock>& clock, std::chrono::steady_clock::time_point until,
                 std::function<void()> work) {
  const auto run = std::make_shared<Run>();
  std::thread thread{[run, work = std::move(work)]() mutable {
    std::exception_ptr error;
    try {
      work();
    } catch (...) {
      error = std::current_exception();
    }
    work = nullptr;  // before the caller goes on: it may rely on what the work owned being gone
    {
      const std::lock_guard lock{run->mutex};
      run->done = true;
      run->error = std::move(error);
    }
    run->changed.notify_all();
  }};
  std::unique_lock lock{run->mutex};
  if (!clock->wait_until(lock, run->changed, until, [&] { return run->done; })) {
    thread.detach();
    return false;
  }
  lock.unlock();
  thread.join();
  if (run->error) std::rethrow_exception(run->error);
  return true;
}

}  // namespace temporal::lambda::detail
