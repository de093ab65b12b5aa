#pragma once

#include <temporal/common/duration.h>

#include <algorithm>
#include <chrono>

/// \file
/// The arithmetic of an invocation's time. Pure functions; the clock is the caller's.

namespace temporal::lambda::detail {

using SteadyTime = std::chrono::steady_clock::time_point;

/// With less work time than this an invocation is not worth starting: it fails.
constexpr Duration minimum_work_time = std::chrono::seconds{1};
/// With less than this it goes on, with a warning.
constexpr Duration comfortable_work_time = std::chrono::seconds{5};
/// What activities get between their cancellation and being abandoned.
constexpr Duration cancellation_grace = std::chrono::milliseconds{500};
/// No poll begins in this time before the limit of the polls: a worker that is busy moves the limit before.
constexpr Duration no_more_polls = std::chrono::milliseconds{500};
/// What the last polls get for their end at most: one that began just before `no_more_polls` is held for 1.5 s and the
/// way to the server, and its answer has to come back. And 2 s more, should the server or this machine be busy: a
/// worker that leaves a poll behind loses the task that it brings.
constexpr Duration poll_grace(Duration way) { return std::chrono::seconds{3} + 2 * way; }
/// The server sends no second invocation for a task queue within half a second, and no sooner can be known that no task
/// is on its way.
constexpr Duration least_idle_timeout(Duration way) { return std::chrono::milliseconds{500} + way; }
/// The answer is sent this long before the deadline at the latest: 0.25 s, and a little for the sending itself.
constexpr Duration answer_margin = std::chrono::milliseconds{260};
/// What drains leave for hooks and scope when the time is short.
constexpr Duration hook_reserve = std::chrono::milliseconds{200};
/// What hooks get even when there is no time left, so that quick ones are not cut off.
constexpr Duration least_hook_time = std::chrono::milliseconds{50};
/// After SIGTERM: Lambda kills 300 ms later at the earliest.
constexpr Duration termination_drain = std::chrono::milliseconds{200};
constexpr Duration termination_hooks = std::chrono::milliseconds{270};

enum class BudgetVerdict { too_short, tight, ample };

/// The time of one invocation at one moment.
struct Budget {
  Duration time_left = {};
  Duration buffer = {};

  [[nodiscard]] constexpr Duration work_time() const { return time_left - buffer; }

  [[nodiscard]] constexpr BudgetVerdict verdict() const {
    if (work_time() <= minimum_work_time) return BudgetVerdict::too_short;
    return work_time() < comfortable_work_time ? BudgetVerdict::tight : BudgetVerdict::ample;
  }
};

/// The points in time that an invocation's end hangs on.
struct Schedule {
  SteadyTime deadline = {};  ///< when Lambda stops the process
  Duration buffer = {};
  Duration graceful_timeout = {};

  /// When polling stops.
  [[nodiscard]] constexpr SteadyTime stop_at() const { return deadline - buffer; }

  /// The last limit of the polls, so that they end at `stop_at`, or not much later.
  [[nodiscard]] constexpr SteadyTime last_poll_limit() const { return stop_at() - no_more_polls; }

  /// How long polls that are to end at `begin` are waited for: half of what is left at most, the rest is for draining.
  [[nodiscard]] constexpr SteadyTime polls_until(SteadyTime begin, Duration way) const {
    return begin + std::min(poll_grace(way), std::max((drained_at_the_latest() - begin) / 2, Duration::zero()));
  }

  /// When draining that began at `begin` gives up: activities had their graceful timeout and their cancellation.
  [[nodiscard]] constexpr SteadyTime drain_until(SteadyTime begin) const {
    return std::min(begin + graceful_timeout + cancellation_grace, drained_at_the_latest());
  }

  [[nodiscard]] constexpr SteadyTime drained_at_the_latest() const { return deadline - answer_margin - hook_reserve; }
};

/// When hooks that began at `begin` are waited for no longer.
constexpr SteadyTime hooks_until(SteadyTime deadline, SteadyTime begin) {
  return std::max(deadline - answer_margin, begin + least_hook_time);
}

}  // namespace temporal::lambda::detail
