#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <exception>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>
#include <vector>

namespace temporal::worker::detail {

/// The life of a worker: its phase, and what its end waits for, which is its threads and the work without one.
///
///   idle ▶ starting ▶ polling ▶ draining ▶ finishing ▶ over
///
/// What does not end in time is abandoned. Thread-safe: each function is one look or one step, and calls nobody with
/// the lock held.
class Life {
 public:
  using Clock = std::chrono::steady_clock;
  using Body = std::function<void()>;  ///< of a thread; keeps what it uses, this too

  enum class Phase { idle, starting, polling, draining, finishing, over, abandoned };

  /// idle ▶ starting. @return false when it is over already.
  bool begin();
  /// starting ▶ polling. The polls, which wait for it, go on.
  void begin_to_poll();

  // Threads, all of which `join` waits for. They throw std::system_error when there is none.

  void spawn(Body body);
  /// Counts as a poll until `end_poll`.
  void spawn_poll(Body body);
  /// In place of one that is stuck, which nobody waits for any more: it shares what it uses.
  void spawn_poll_instead_of(std::thread::id stuck, Body body);
  /// @return true for the last one.
  bool end_poll();
  /// Counts as work until its body returns.
  void spawn_work(Body body);
  /// The same for work that has no thread of its own.
  void begin_work();
  void end_work();

  // What happens meanwhile.

  /// A task has come or is answered.
  void touch();
  [[nodiscard]] Clock::time_point last_task() const;
  /// The first failure is the one that counts.
  void fail(const std::exception_ptr& failure);
  /// Core waits for an answer that does not come, so the end of its polls is not waited for.
  void lose();

  // The end. Several may shut down at once: each waits, and one of them takes each step.

  /// Idle ▶ over; whatever else it is, it ends from here on.
  void tell_to_end();
  /// When it was told to end, if it was.
  [[nodiscard]] std::optional<Clock::time_point> told_to_end() const;
  /// polling ▶ draining. @return false when it is another's step.
  bool begin_to_drain();
  /// draining ▶ finishing, when nothing polls and works any more. @return false when it is another's step.
  bool begin_to_finish();
  void join();
  /// finishing ▶ over
  void end(bool drained);
  /// @return false when another has abandoned it, or it is over.
  bool abandon();
  /// It is over, and nothing was left behind.
  [[nodiscard]] bool has_drained() const;

  /// Waits until it has failed or been told to end. @return the failure, or null.
  std::exception_ptr wait_for_end(Clock::time_point until, std::stop_token stop);
  /// Waits until this phase is over. @return the phase then.
  Phase wait_while(Phase phase, Clock::time_point until);
  /// While it drains: waits until nothing polls and works any more. @return false when that is not so in time.
  bool wait_for_drain(Clock::time_point until);
  /// The same, and no longer than until something is lost.
  void wait_for_drain_or_loss(Clock::time_point until);

 private:
  void start_thread(Body body);        // needs the lock
  void set(Phase phase);               // needs the lock
  [[nodiscard]] bool is_done() const;  // needs the lock

  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  Phase phase_ = Phase::idle;
  std::vector<std::thread> threads_;
  std::size_t polling_ = 0;
  std::size_t working_ = 0;
  Clock::time_point last_task_ = {};
  std::optional<Clock::time_point> told_to_end_ = {};
  std::exception_ptr failure_ = {};
  bool lost_ = false;
  bool drained_ = true;
};

}  // namespace temporal::worker::detail
