#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <utility>

namespace temporal::detail {

/// A callback that waits for its time. Destroying it takes the callback back, unless it has begun.
class TimerEntry {
 public:
  using Key = std::pair<std::chrono::steady_clock::time_point, std::uint64_t>;

  explicit TimerEntry(Key key) noexcept : key_(key) {}
  TimerEntry(const TimerEntry&) = delete;
  TimerEntry& operator=(const TimerEntry&) = delete;
  ~TimerEntry();

 private:
  Key key_;
};

/// Calls back at the time, on a thread that all timers of the process share and which begins with the first of them.
/// The callback does not block and does not throw. Thread-safe.
[[nodiscard]] TimerEntry call_at(std::chrono::steady_clock::time_point time, std::function<void()> callback);

}  // namespace temporal::detail
