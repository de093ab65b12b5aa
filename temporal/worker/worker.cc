#include <temporal/worker/worker.h>

#include <temporal/worker/detail/shared_worker.h>

#include <stdexcept>
#include <utility>

namespace temporal::worker {

using Clock = std::chrono::steady_clock;

Worker::Worker(client::Client client, WorkerOptions options) {
  validate(options);
  shared_ = std::make_shared<detail::SharedWorker>(std::move(client), std::move(options));
}

Worker::Worker(Worker&& other) noexcept : shared_(std::move(other.shared_)) {}

Worker& Worker::operator=(Worker&& other) noexcept {
  if (this == &other) return *this;
  if (shared_) shared_->shutdown(Clock::time_point::max());
  shared_ = std::move(other.shared_);
  return *this;
}

Worker::~Worker() {
  if (shared_) shared_->shutdown(Clock::time_point::max());
}

std::shared_ptr<detail::SharedWorker> Worker::shared() const {
  if (!shared_) throw std::logic_error{"this worker has been moved from"};
  return shared_;
}

void Worker::start() {
  if (!shared()->start()) throw std::logic_error{"this worker has been shut down: make another one"};
}

std::exception_ptr Worker::wait_until(Clock::time_point until, std::stop_token stop) {
  return shared()->wait_until(until, std::move(stop));
}

bool Worker::shutdown(Clock::time_point deadline) { return shared()->shutdown(deadline); }

WorkerStatus Worker::status() const { return shared()->status(); }

void Worker::run(std::stop_token stop) {
  const auto shared = this->shared();
  if (!shared->start()) return;
  const auto failure = shared->wait_until(Clock::time_point::max(), std::move(stop));
  shared->shutdown(Clock::time_point::max());
  if (failure) std::rethrow_exception(failure);
}

}  // namespace temporal::worker
