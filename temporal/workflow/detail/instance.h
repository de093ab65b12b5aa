#pragma once

#include <temporal/workflow/definition.h>
#include <temporal/workflow/detail/context.h>

#include <temporal/sdk/core/workflow_activation/workflow_activation.pb.h>
#include <temporal/sdk/core/workflow_completion/workflow_completion.pb.h>

#include <list>
#include <memory>
#include <optional>
#include <string>

namespace temporal::workflow::detail {

/// What the worker tells every workflow run.
struct InstanceOptions {
  std::string namespace_ = {};
  std::string task_queue = {};
  std::optional<VersioningBehavior> default_versioning_behavior = {};
  bool disable_eager_activity_execution = false;
};

/// One cached workflow run: takes activations, gives completions. Destroying it is the eviction: all of its frames are
/// destroyed, and commands from their destructors are dropped. Used by one thread at a time.
class Instance {
 public:
  /// `definition` must outlive the instance.
  Instance(const Definition& definition, InstanceOptions options, const std::string& run_id,
           const coresdk::workflow_activation::InitializeWorkflow& start);
  Instance(const Instance&) = delete;
  Instance& operator=(const Instance&) = delete;
  ~Instance();

  /// Never throws for what user code does: a failure becomes a failed workflow or a failed task.
  coresdk::workflow_completion::WorkflowActivationCompletion activate(
      const coresdk::workflow_activation::WorkflowActivation& activation);

 private:
  using Job = coresdk::workflow_activation::WorkflowActivationJob;

  /// A coroutine that the workflow runs on its own account: the main function or a handler.
  struct Root {
    Task<Payload> task;
    bool is_main = false;
    std::string update_protocol_id = {};  ///< of an update whose outcome is still owed
  };

  void apply(const coresdk::workflow_activation::WorkflowActivation& activation);
  void apply(const Job& job);
  void spawn(Root root);
  void signal(const coresdk::workflow_activation::SignalWorkflow& job);
  void update(const coresdk::workflow_activation::DoUpdate& job);
  void query(const coresdk::workflow_activation::QueryWorkflow& job);
  void collect_finished();
  void finish(std::exception_ptr failure, Payload result);
  void set_versioning_behavior();

  const Definition& definition_;
  InstanceOptions options_;
  std::string run_id_;
  Definition::Object object_;
  Definition::Arguments arguments_;
  Context context_;
  std::list<Root> roots_;
  bool finished_ = false;
};

}  // namespace temporal::workflow::detail
