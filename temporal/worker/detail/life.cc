#include <temporal/worker/detail/life.h>

#include <temporal/common/running.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace temporal::worker::detail {

bool Life::begin() {
  const std::scoped_lock lock{mutex_};
  if (phase_ == Phase::over) return false;
  if (phase_ != Phase::idle) throw std::logic_error{"this worker has been started before: make another one"};
  phase_ = Phase::starting;
  return true;
}

void Life::begin_to_poll() {
  const std::scoped_lock lock{mutex_};
  last_task_ = Clock::now();
  set(Phase::polling);
}

void Life::spawn(Body body) {
  const std::scoped_lock lock{mutex_};
  start_thread(std::move(body));
}

void Life::spawn_poll(Body body) {
  const std::scoped_lock lock{mutex_};
  start_thread(std::move(body));
  ++polling_;
}

void Life::spawn_poll_instead_of(std::thread::id stuck, Body body) {
  const std::scoped_lock lock{mutex_};
  start_thread(std::move(body));
  const auto thread = std::ranges::find(threads_, stuck, &std::thread::get_id);
  if (thread == threads_.end()) return;
  thread->detach();
  threads_.erase(thread);
}

bool Life::end_poll() {
  const std::scoped_lock lock{mutex_};
  changed_.notify_all();
  return --polling_ == 0;
}

void Life::spawn_work(Body body) {
  const std::scoped_lock lock{mutex_};
  start_thread([this, body = std::move(body)] {
    body();
    end_work();
  });
  ++working_;
}

void Life::begin_work() {
  const std::scoped_lock lock{mutex_};
  ++working_;
}

void Life::end_work() {
  const std::scoped_lock lock{mutex_};
  --working_;
  changed_.notify_all();
}

void Life::touch() {
  const std::scoped_lock lock{mutex_};
  last_task_ = Clock::now();
}

Life::Clock::time_point Life::last_task() const {
  const std::scoped_lock lock{mutex_};
  return last_task_;
}

void Life::fail(const std::exception_ptr& failure) {
  const std::scoped_lock lock{mutex_};
  if (!failure_) failure_ = failure;
  changed_.notify_all();
}

void Life::lose() {
  const std::scoped_lock lock{mutex_};
  lost_ = true;
  changed_.notify_all();
}

void Life::tell_to_end() {
  const std::scoped_lock lock{mutex_};
  if (told_to_end_) return;
  told_to_end_ = Clock::now();
  if (phase_ == Phase::idle) phase_ = Phase::over;
  changed_.notify_all();
}

std::optional<Life::Clock::time_point> Life::told_to_end() const {
  const std::scoped_lock lock{mutex_};
  return told_to_end_;
}

bool Life::begin_to_drain() {
  const std::scoped_lock lock{mutex_};
  if (phase_ != Phase::polling) return false;
  set(Phase::draining);
  return true;
}

bool Life::begin_to_finish() {
  const std::scoped_lock lock{mutex_};
  if (phase_ != Phase::draining || !is_done()) return false;
  set(Phase::finishing);
  return true;
}

void Life::join() {
  std::vector<std::thread> threads;
  {
    const std::scoped_lock lock{mutex_};
    threads.swap(threads_);
  }
  for (auto& thread : threads) thread.join();
}

void Life::end(bool drained) {
  const std::scoped_lock lock{mutex_};
  drained_ = drained;
  set(Phase::over);
}

bool Life::abandon() {
  const std::scoped_lock lock{mutex_};
  if (phase_ == Phase::over || phase_ == Phase::abandoned) return false;
  set(Phase::abandoned);
  return true;
}

bool Life::has_drained() const {
  const std::scoped_lock lock{mutex_};
  return phase_ == Phase::over && drained_;
}

std::exception_ptr Life::wait_for_end(Clock::time_point until, std::stop_token stop) {
  std::unique_lock lock{mutex_};
  changed_.wait_until(lock, std::move(stop), until, [this] { return failure_ != nullptr || told_to_end_; });
  return failure_;
}

Life::Phase Life::wait_while(Phase phase, Clock::time_point until) {
  std::unique_lock lock{mutex_};
  changed_.wait_until(lock, until, [&] { return phase_ != phase; });
  return phase_;
}

bool Life::wait_for_drain(Clock::time_point until) {
  std::unique_lock lock{mutex_};
  return changed_.wait_until(lock, until, [this] { return is_done(); });
}

void Life::wait_for_drain_or_loss(Clock::time_point until) {
  std::unique_lock lock{mutex_};
  changed_.wait_until(lock, until, [this] { return is_done() || lost_; });
}

/// Or when it is past draining, which somebody else has seen to.
bool Life::is_done() const { return (polling_ == 0 && working_ == 0) || phase_ != Phase::draining; }

void Life::set(Phase phase) {
  phase_ = phase;
  changed_.notify_all();
}

void Life::start_thread(Body body) {
  threads_.emplace_back([body = std::move(body)] {
    const temporal::detail::SignalStack signal_stack;
    body();
  });
}

}  // namespace temporal::worker::detail
