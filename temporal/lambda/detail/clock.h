#pragma once

#include <temporal/common/duration.h>

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>

namespace temporal::lambda::detail {

/// Time as the Lambda worker sees it. Tests bring their own and never wait for real time.
class Clock {
 public:
  Clock() = default;
  Clock(const Clock&) = delete;
  Clock& operator=(const Clock&) = delete;
  virtual ~Clock() = default;

  [[nodiscard]] virtual std::chrono::steady_clock::time_point now() const = 0;
  [[nodiscard]] virtual Timestamp wall_now() const = 0;

  /// Waits until `done()` or the time; gives what `done()` says then. As `std::condition_variable::wait_until`.
  virtual bool wait_until(std::unique_lock<std::mutex>& lock, std::condition_variable& changed,
                          std::chrono::steady_clock::time_point until, const std::function<bool()>& done) = 0;
};

class SystemClock final : public Clock {
 public:
  [[nodiscard]] std::chrono::steady_clock::time_point now() const override { return std::chrono::steady_clock::now(); }
  [[nodiscard]] Timestamp wall_now() const override { return std::chrono::system_clock::now(); }
  bool wait_until(std::unique_lock<std::mutex>& lock, std::condition_variable& changed,
                  std::chrono::steady_clock::time_point until, const std::function<bool()>& done) override {
    return changed.wait_until(lock, until, done);
  }
};

}  // namespace temporal::lambda::detail
