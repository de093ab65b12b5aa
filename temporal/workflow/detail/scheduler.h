#pragma once

#include <temporal/workflow/detail/commands.h>
#include <temporal/workflow/detail/intrusive_list.h>
#include <temporal/workflow/detail/routine.h>
#include <temporal/workflow/detail/scope.h>
#include <temporal/workflow/detail/waiter.h>

#include <cstdint>
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
  explicit Scheduler(Commands& commands) noexcept : commands_(commands) {}
  Scheduler(const Scheduler&) = delete;
  Scheduler& operator=(const Scheduler&) = delete;
  ~Scheduler() { destroy_routines(); }

  /// Puts the coroutine that waits at the end of the run queue.
  void make_ready(Waiter& waiter) noexcept { ready_.push_back(waiter); }
  void add(Condition& condition) noexcept { conditions_.push_back(condition); }
  /// Takes the routine over and puts it at the end of the run queue.
  void start(Routine routine, std::shared_ptr<Scope> scope, Lifetime lifetime = Lifetime::of_main);
  /// The same, but puts it at the beginning: it comes next.
  void start_next(Routine routine, std::shared_ptr<Scope> scope);
  /// Takes the routine over and runs it up to where it waits, within the step of the caller.
  void start_now(Routine routine, std::shared_ptr<Scope> its_scope, Lifetime its_lifetime);

  /// Runs everything that can go on, until all of it waits. Throws what `fail_task` was told.
  void run_until_blocked();
  /// The same, but asks no condition.
  void run_what_is_ready();

  /// Ends the current workflow task, which is tried again. The first failure counts.
  void fail_task(std::exception_ptr failure) noexcept;

  /// The run is decided: nothing of it goes on after the current step but what outlives the main function.
  void end_run() noexcept { run_ended_ = true; }
  [[nodiscard]] bool run_ended() const noexcept { return run_ended_; }
  /// The number of the routine that is started next.
  [[nodiscard]] std::uint64_t next_number() const noexcept { return last_number_ + 1; }
  /// Destroys the frames that end with the main function, the youngest first, down to the one of that number.
  void end_since(std::uint64_t number) noexcept;

  /// Destroys the frames of all routines, the youngest first: it may refer to what an older one owns.
  void destroy_routines() noexcept;

  /// The cancellation scope of the coroutine that runs, and with what that ends: what it starts belongs there, too.
  std::shared_ptr<Scope> scope;
  Lifetime lifetime = Lifetime::of_main;

 private:
  using Routines = IntrusiveList<Routine::promise_type>;

  void own(Routine routine, std::shared_ptr<Scope> scope, Lifetime lifetime);
  void make_conditions_ready();
  void destroy_last(Routines& routines) noexcept;

  Commands& commands_;
  IntrusiveList<Waiter> ready_;
  IntrusiveList<Condition> conditions_;
  Routines of_main_;  ///< the main function's own, and what ends with it
  Routines of_run_;
  std::uint64_t last_number_ = 0;
  bool run_ended_ = false;
  std::exception_ptr failure_;
};

}  // namespace temporal::workflow::detail
