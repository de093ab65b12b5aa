#include <temporal/worker/detail/watchdog.h>

namespace temporal::worker::detail {

std::size_t Watchdog::begin(std::function<void()> give_up) {
  const auto deadline = Clock::now() + limit_;
  const std::scoped_lock lock{mutex_};
  watched_ = Watched{.ticket = ++tickets_, .deadline = deadline, .give_up = std::move(give_up)};
  return tickets_;
}

bool Watchdog::end(std::size_t ticket) {
  std::unique_lock lock{mutex_};
  if (watched_ && watched_->ticket == ticket) {
    watched_.reset();
    return true;
  }
  changed_.wait(lock, [&] { return giving_up_ != ticket; });
  return false;
}

void Watchdog::run() {
  std::unique_lock lock{mutex_};
  while (!stopped_) {
    const auto now = Clock::now();
    if (watched_ && watched_->deadline <= now) {
      const auto give_up = std::move(watched_->give_up);
      giving_up_ = watched_->ticket;
      watched_.reset();
      lock.unlock();
      give_up();
      lock.lock();
      giving_up_ = 0;
      changed_.notify_all();
      continue;
    }
    // Nobody wakes it when work begins: work that begins while it sleeps ends no sooner than the sleep.
    changed_.wait_until(lock, watched_ ? watched_->deadline : now + limit_);
  }
}

void Watchdog::stop() {
  const std::scoped_lock lock{mutex_};
  stopped_ = true;
  changed_.notify_all();
}

}  // namespace temporal::worker::detail
