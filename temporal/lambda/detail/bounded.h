#pragma once

#include <temporal/lambda/detail/clock.h>

#include <chrono>
#include <functional>
#include <memory>
#include <thread>
#include <utility>

namespace temporal::lambda::detail {

/// Work on a thread of its own, which can be left alone: it owns the work, and what the work uses.
class BoundedRun {
 public:
  explicit BoundedRun(std::function<void()> work);
  BoundedRun(BoundedRun&&) noexcept = default;
  BoundedRun& operator=(BoundedRun&&) = delete;
  BoundedRun(const BoundedRun&) = delete;
  BoundedRun& operator=(const BoundedRun&) = delete;
  /// Leaves the thread alone when the work still runs.
  ~BoundedRun();

  /// The work has ended with an exception.
  [[nodiscard]] bool has_failed() const;

  /// Waits until the work has ended or the time is reached. An exception of the work is thrown here.
  /// @return false when it still runs.
  bool wait(Clock& clock, std::chrono::steady_clock::time_point until);

 private:
  struct State;
  std::shared_ptr<State> state_;
  std::thread thread_;
};

/// Runs `work` on a thread of its own and waits for it until `until`. An exception of `work` is thrown here.
/// @return false when it still runs. Its thread is left alone then: it owns `work`, and the process has to exit soon.
inline bool run_bounded(const std::shared_ptr<Clock>& clock, std::chrono::steady_clock::time_point until,
                        std::function<void()> work) {
  return BoundedRun{std::move(work)}.wait(*clock, until);
}

}  // namespace temporal::lambda::detail
