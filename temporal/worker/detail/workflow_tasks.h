#pragma once

#include <temporal/common/duration.h>
#include <temporal/common/log.h>
#include <temporal/worker/detail/watchdog.h>
#include <temporal/worker/detail/workflow_runner.h>

#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace temporal::worker::detail {

/// The workflow tasks of a worker. A thread that polls them runs each, and goes on to the next; where a workflow does
/// not yield, its task is given up, that thread is left with it, and another polls.
class WorkflowTasks {
 public:
  /// The world around it.
  struct Outside {
    std::function<void(const std::string& run_id, const std::string& completion)> answer = {};
    /// The run has left the cache.
    std::function<void(const std::string& run_id)> evicted = {};
    /// Lets another thread poll. On the watchdog's thread. Throws std::system_error when there is none.
    std::function<void(std::thread::id stuck)> poll_instead_of = {};
    Logger log = {};
  };

  /// @param limit for a workflow to yield; zero: none
  WorkflowTasks(WorkflowRunner runner, Duration limit, Outside outside);

  /// Runs a task and answers it, on the thread that polls them. @return false when another polls now.
  bool handle(const std::string& activation);

  [[nodiscard]] bool has_limit() const noexcept;
  /// Looks whether workflows yield, until it is stopped.
  void watch() { watchdog_.run(); }
  void stop_watching() { watchdog_.stop(); }

  [[nodiscard]] bool is_busy() const;
  /// What runs will not be waited for: it counts as stuck.
  void abandon();
  /// One line in the log for each workflow that has not yielded yet. @return false when there is none.
  bool log_stuck() const;

 private:
  using Turn = WorkflowRunner::Turn;

  /// Of a run, for the log.
  struct RunName {
    explicit RunName(const Turn& turn);

    std::string workflow_type;
    std::string workflow_id;
    std::string run_id;
  };

  /// While it lives, the turn is the one that `turn_` names, unless that is given up.
  class UnderWay {
   public:
    UnderWay(WorkflowTasks& tasks, const Turn& turn);
    UnderWay(const UnderWay&) = delete;
    UnderWay& operator=(const UnderWay&) = delete;
    ~UnderWay();

   private:
    WorkflowTasks& tasks_;
    const Turn& turn_;
  };

  static std::string run(Turn& turn);
  bool take_over(const Turn& turn, std::thread::id stuck);
  void log_run(std::string_view message, const RunName& run) const;

  WorkflowRunner runner_;  ///< used by the thread that polls only
  const Duration limit_;
  Watchdog watchdog_;
  Outside outside_;
  mutable std::mutex mutex_;
  const Turn* turn_ = nullptr;  ///< the one under way
  std::vector<RunName> stuck_;  ///< given up, and have not yielded yet
};

}  // namespace temporal::worker::detail
