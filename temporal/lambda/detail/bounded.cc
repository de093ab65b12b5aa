#include <temporal/lambda/detail/bounded.h>

#include <exception>

namespace temporal::lambda::detail {

struct BoundedRun::State {
  std::mutex mutex;
  std::condition_variable changed;
  bool done = false;
  std::exception_ptr error;
};

BoundedRun::BoundedRun(std::function<void()> work)
    : state_(std::make_shared<State>()), thread_{[state = state_, work = std::move(work)]() mutable {
        std::exception_ptr error;
        try {
          work();
        } catch (...) {
          error = std::current_exception();
        }
        work = nullptr;  // before the caller goes on: it may rely on what the work owned being gone
        {
          const std::lock_guard lock{state->mutex};
          state->done = true;
          state->error = std::move(error);
        }
        state->changed.notify_all();
      }} {}

BoundedRun::~BoundedRun() {
  if (thread_.joinable()) thread_.detach();
}

bool BoundedRun::has_failed() const {
  const std::lock_guard lock{state_->mutex};
  return state_->error != nullptr;
}

bool BoundedRun::wait(Clock& clock, std::chrono::steady_clock::time_point until) {
  std::unique_lock lock{state_->mutex};
  if (!clock.wait_until(lock, state_->changed, until, [this] { return state_->done; })) return false;
  lock.unlock();
  if (thread_.joinable()) thread_.join();
  if (state_->error) std::rethrow_exception(state_->error);
  return true;
}

}  // namespace temporal::lambda::detail
