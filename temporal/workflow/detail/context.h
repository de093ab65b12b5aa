#pragma once

#include <temporal/common/duration.h>
#include <temporal/workflow/activity.h>
#include <temporal/workflow/detail/pending.h>
#include <temporal/workflow/info.h>

#include <temporal/sdk/core/workflow_completion/workflow_completion.pb.h>

#include <deque>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

namespace temporal::workflow::detail {

/// The deterministic world of one workflow run: its run queue, what it waits for, and the commands of the current
/// activation. Used by one thread at a time.
class Context {
 public:
  /// The context of the workflow that this thread runs. Throws `std::logic_error` outside of one.
  static Context& current();

  /// Makes a context current for as long as it lives.
  class Scope {
   public:
    explicit Scope(Context& context);
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;
    ~Scope();

   private:
    Context* previous_;
  };

  // What workflow code asks for.
  Scheduled schedule_activity(std::string_view type, const ActivityOptions& options, std::vector<Payload> input);
  void cancel_activity(std::uint32_t sequence);
  Scheduled start_timer(Duration duration);
  void cancel_timer(std::uint32_t sequence);
  std::shared_ptr<Pending> wait_for(std::function<bool()> condition);

  // What an activation brings.
  void fire_timer(std::uint32_t sequence);
  void resolve_activity(std::uint32_t sequence, Payload result, std::exception_ptr failure);
  void request_cancellation();

  /// Runs everything that can go on, conditions included, until all of it waits.
  void run_until_blocked();

  /// Puts a resolved waiter at the end of the run queue.
  void resolve(const std::shared_ptr<Pending>& pending, Payload result, std::exception_ptr failure);

  coresdk::workflow_commands::WorkflowCommand& add_command() { return *completion.add_commands(); }

  Info info;
  bool replaying = false;
  bool cancellation_requested = false;
  bool disable_eager_activity_execution = false;
  bool closing = false;  ///< the frames are being destroyed: destructors may not add commands
  std::uint32_t history_length = 0;
  std::uint64_t history_size_bytes = 0;
  Timestamp now = {};
  std::mt19937_64 random;
  coresdk::workflow_completion::Success completion;

 private:
  struct Condition {
    std::function<bool()> holds;
    std::shared_ptr<Pending> pending;
  };
  bool resolve_conditions();

  std::uint32_t next_activity_ = 0;
  std::uint32_t next_timer_ = 0;
  std::deque<std::shared_ptr<Pending>> ready_;
  std::map<std::uint32_t, std::shared_ptr<Pending>> activities_;
  std::map<std::uint32_t, std::shared_ptr<Pending>> timers_;
  std::list<Condition> conditions_;
};

}  // namespace temporal::workflow::detail
