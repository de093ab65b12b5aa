#pragma once

#include <temporal/workflow/detail/intrusive_list.h>
#include <temporal/workflow/detail/routine.h>
#include <temporal/workflow/detail/scope.h>
#include <temporal/workflow/detail/waiter.h>

#include <exception>
#include <memory>

namespace temporal::workflow::detail {

/// The deterministic run queue of one workflow run. Coroutines go on one at a time, in the order in which what they
/// wait for was resolved; conditions are asked when nothing else can go on.
///
///   Condition ──holds──▶ run queue ──▶ resumed, in the scope in which it suspended
///   Pending ──resolve──▶ run queue
class Scheduler {
 public:
  Scheduler() = default;
  Scheduler(const Scheduler&) = delete;
  Scheduler& operator=(const Scheduler&) = delete;
  ~Scheduler() { destroy_routines(); }

  /// Puts the coroutine that waits at the end of the run queue.
  void make_ready(Waiter& waiter) noexcept { ready_.push_back(waiter); }
  void add(Condition& condition) noexcept { conditions_.push_back(condition); }
  /// Takes the routine over and puts it at the end of the run queue.
  void start(Routine routine, std::shared_ptr<Scope> scope);

  /// Runs everything that can go on, until all of it waits. Throws what `fail_task` was told.
  void run_until_blocked();

  /// Ends the current workflow task, which is tried again. The first failure counts.
  void fail_task(std::exception_ptr failure) noexcept;

  /// Destroys the frames of all routines, the youngest first: it may refer to what an older one owns.
  void destroy_routines() noexcept;

  /// The cancellation scope of the coroutine that runs: what it starts belongs to it.
  std::shared_ptr<Scope> scope;

 private:
  void make_conditions_ready();

  IntrusiveList<Waiter> ready_;
  IntrusiveList<Condition> conditions_;
  IntrusiveList<Routine::promise_type> routines_;
  std::exception_ptr failure_;
};

}  // namespace temporal::workflow::detail
