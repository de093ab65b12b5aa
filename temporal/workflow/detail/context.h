#pragma once

#include <temporal/common/log.h>
#include <temporal/common/metrics.h>
#include <temporal/workflow/definition.h>
#include <temporal/workflow/detail/activities.h>
#include <temporal/workflow/detail/child_workflows.h>
#include <temporal/workflow/detail/commands.h>
#include <temporal/workflow/detail/external_workflows.h>
#include <temporal/workflow/detail/facts.h>
#include <temporal/workflow/detail/handlers.h>
#include <temporal/workflow/detail/instance_options.h>
#include <temporal/workflow/detail/interception.h>
#include <temporal/workflow/detail/local_activities.h>
#include <temporal/workflow/detail/outcome.h>
#include <temporal/workflow/detail/patches.h>
#include <temporal/workflow/detail/properties.h>
#include <temporal/workflow/detail/scheduler.h>
#include <temporal/workflow/detail/scope.h>
#include <temporal/workflow/detail/timers.h>

#include <memory>
#include <optional>
#include <string>

namespace temporal::workflow::detail {

/// The deterministic world of one workflow run. Used by one thread at a time. It only ties its parts together:
///
///   facts       what the activations say: info, clock, randomness
///   interception  who sees what reaches the run and what it asks for
///   commands    what the current activation answers with
///   scheduler   run queue and conditions; knows the cancellation scope of the coroutine that runs
///   handlers    signals, updates, queries
///   outcome     how the workflow ends
///   patches     which of its changes the run has
///   properties  what it shows of itself: search attributes, memo, current details
///   activities, timers, …   one class per kind of command that has an outcome. Each has a `CommandTable` of
///               `PendingCommand`s, a function that adds the command in the current scope, and one that takes the
///               activation job with its outcome.
class Context {
 public:
  /// `definition` must outlive the context.
  Context(const Definition& definition, InstanceOptions options, const std::string& run_id,
          const coresdk::workflow_activation::InitializeWorkflow& start);
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
  /// The eviction: destroys all frames. What their destructors ask for is dropped.
  ~Context();

  /// The context of the workflow that this thread runs. Throws `std::logic_error` outside of one.
  static Context& current();
  /// True on a thread that runs a workflow which goes on: it neither replays nor is evicted.
  static bool progressing() noexcept;

  /// Makes a context current for as long as it lives.
  class Entered {
   public:
    explicit Entered(Context& context) noexcept;
    Entered(const Entered&) = delete;
    Entered& operator=(const Entered&) = delete;
    ~Entered();

   private:
    Context* previous_;
  };

  const Definition& definition;
  const InstanceOptions options;
  const std::shared_ptr<Scope> root_scope = Scope::independent();  ///< cancelled with the workflow
  Definition::Object object;                                       ///< of a workflow that is a class

  Facts facts;
  Interception interception{*this};
  Commands commands;
  Scheduler scheduler{commands};
  Handlers handlers{*this};
  Outcome outcome{*this};
  Patches patches{*this};
  Properties properties;
  Activities activities{*this};
  ChildWorkflows child_workflows{*this};
  ExternalWorkflows external_workflows{*this};
  LocalActivities local_activities{*this};
  Timers timers{*this};
  // Of the workflow; made when they are asked for.
  std::optional<Logger> log;
  std::optional<Meter> meter;
};

}  // namespace temporal::workflow::detail
