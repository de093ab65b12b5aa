#pragma once

#include <temporal/common/headers.h>
#include <temporal/common/interceptor_chain.h>
#include <temporal/common/payload.h>
#include <temporal/workflow/activity.h>
#include <temporal/workflow/child_workflow_options.h>
#include <temporal/workflow/continue_as_new.h>
#include <temporal/workflow/detail/erased.h>
#include <temporal/workflow/info.h>
#include <temporal/workflow/local_activity.h>
#include <temporal/workflow/task.h>
#include <temporal/workflow/timer.h>

#include <exception>
#include <memory>
#include <string>
#include <utility>
#include <vector>

/// \file
/// What an interceptor sees of a workflow run: what reaches it, and what it asks for.

namespace temporal::workflow {

/// The run begins, or begins again in a replay.
struct ExecuteInput {
  std::string workflow_type = {};
  std::vector<Payload> arguments = {};
  Headers headers = {};
};

/// A signal, query or update for which a handler was found. `handler` is what the last link calls, with the name and
/// the arguments that reach it: hand it on as it came.
struct SignalInput {
  std::string name = {};
  std::vector<Payload> arguments = {};
  Headers headers = {};
  detail::SignalHandler handler = {};
};

struct QueryInput {
  std::string id = {};
  std::string name = {};
  std::vector<Payload> arguments = {};
  Headers headers = {};
  detail::QueryHandler handler = {};
};

struct UpdateInput {
  std::string id = {};
  std::string name = {};
  std::vector<Payload> arguments = {};
  Headers headers = {};
  detail::UpdateHandler handler = {};
};

// What the run is about to ask for. What an interceptor changes is what is asked for, and what it puts into the headers
// travels along.

struct ScheduleActivityInput {
  std::string activity_type = {};
  ActivityOptions options = {};
  std::vector<Payload> arguments = {};
  Headers headers = {};
};

struct ScheduleLocalActivityInput {
  std::string activity_type = {};
  LocalActivityOptions options = {};
  std::vector<Payload> arguments = {};
  Headers headers = {};
};

struct StartChildWorkflowInput {
  std::string workflow_type = {};
  ChildWorkflowOptions options = {};  ///< its id is set
  std::vector<Payload> arguments = {};
  Headers headers = {};
};

/// A signal to a child or to another workflow.
struct SignalWorkflowInput {
  std::string workflow_id = {};
  std::string run_id = {};  ///< empty: the latest
  bool is_child = false;    ///< the signal then goes to the child of this workflow, and to no other workflow of that id
  std::string name = {};
  std::vector<Payload> arguments = {};
  Headers headers = {};
};

/// A cancellation request to a workflow that is no child. Headers do not travel with it.
struct CancelExternalWorkflowInput {
  std::string workflow_id = {};
  std::string run_id = {};  ///< empty: the latest
  std::string reason = {};
};

/// A timer that is started, slept for, or the limit of a condition.
struct StartTimerInput {
  Duration duration = {};
  TimerOptions options = {};
};

/// One link of the chain around one workflow run in the cache. Derive from it and override what is of interest; call
/// the function of this class to hand on. `workflow::info()`, `workflow::is_replaying()` and all else that workflow
/// code can ask for works inside, and the same rules hold: no blocking, nothing that is not deterministic, and no
/// change of the workflow from `handle_query` and `validate_update`. In a replay all of it but queries and validators
/// is called again. Used by one thread at a time. It ends with the run's eviction.
class RunInterceptor : public InterceptorLink<RunInterceptor> {
 public:
  // What reaches the run.
  virtual Task<Payload> execute(ExecuteInput input) { return next().execute(std::move(input)); }
  virtual Task<Payload> handle_signal(SignalInput input) { return next().handle_signal(std::move(input)); }
  virtual Task<Payload> handle_update(UpdateInput input) { return next().handle_update(std::move(input)); }
  virtual Payload handle_query(const QueryInput& input) { return next().handle_query(input); }
  /// Throws to reject the update. Called for those without a validator too, and not on replay.
  virtual void validate_update(const UpdateInput& input) { next().validate_update(input); }

  // What the run asks for.
  virtual void schedule_activity(ScheduleActivityInput& input) { next().schedule_activity(input); }
  /// Called once for all attempts.
  virtual void schedule_local_activity(ScheduleLocalActivityInput& input) { next().schedule_local_activity(input); }
  virtual void start_child_workflow(StartChildWorkflowInput& input) { next().start_child_workflow(input); }
  virtual void signal_workflow(SignalWorkflowInput& input) { next().signal_workflow(input); }
  virtual void cancel_external_workflow(CancelExternalWorkflowInput& input) { next().cancel_external_workflow(input); }
  virtual void start_timer(StartTimerInput& input) { next().start_timer(input); }
  /// The new run does not take over the headers of this one.
  virtual void continue_as_new(ContinueAsNewInput& input) { next().continue_as_new(input); }
};

/// For `RunInterceptor::execute`: whether an exception that leaves it ends the run, as failed, cancelled or continued
/// as new. Any other fails the current task alone, and the run is tried again.
[[nodiscard]] bool ends_run(const std::exception_ptr& failure);

/// Makes the interceptors of workflow runs. Thread-safe.
class Interceptor : public InterceptorBase {
 public:
  /// Called when a run enters the cache, outside of its code. Null: this run is of no interest.
  virtual std::unique_ptr<RunInterceptor> intercept_workflow(const Info& /*info*/) { return nullptr; }
};

}  // namespace temporal::workflow
