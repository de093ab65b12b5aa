#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <optional>
#include <utility>

namespace temporal::worker::detail {

/// Gives up work that takes too long. It cannot be interrupted, so somebody else goes on in its place:
///
///   watched ──the work ends──▶ done
///   watched ──the limit is over──▶ given up: `give_up` runs on the watchdog's thread, the work goes on unheeded
///
/// Watches one piece of work at a time; whoever was given up counts no more. The work runs on the caller's thread, and
/// watching it costs two locks that nobody contends. It owns no thread: its owner lends one to `run`. Thread-safe.
class Watchdog {
 public:
  using Clock = std::chrono::steady_clock;

  explicit Watchdog(Clock::duration limit) : limit_(limit) {}

  /// @return false when the work was given up meanwhile. `give_up` has returned then; it must not throw. What the work
  /// throws goes on, and it is watched no more.
  template <class Work>
  [[nodiscard]] bool watch(Work&& work, std::function<void()> give_up) {
    const auto ticket = begin(std::move(give_up));
    try {
      std::forward<Work>(work)();
    } catch (...) {
      (void)end(ticket);  // what `give_up` looks at is about to go
      throw;
    }
    return end(ticket);
  }

  /// Watches until it is stopped.
  void run();
  void stop();

 private:
  struct Watched {
    std::size_t ticket;
    Clock::time_point deadline;
    std::function<void()> give_up;
  };

  std::size_t begin(std::function<void()> give_up);
  bool end(std::size_t ticket);

  const Clock::duration limit_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<Watched> watched_;
  std::size_t tickets_ = 0;
  std::size_t giving_up_ = 0;  ///< the ticket whose `give_up` runs right now
  bool stopped_ = false;
};

}  // namespace temporal::worker::detail
