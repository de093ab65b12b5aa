#pragma once

#include <temporal/converter/payload_converter.h>
#include <temporal/converter/proto_payload.h>
#include <temporal/workflow/definition.h>
#include <temporal/workflow/detail/instance.h>

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

/// \file
/// For tests of this room: activation jobs in, commands out.

namespace temporal::workflow::detail {

/// A run that tests drive job by job.
class DrivenRun {
 public:
  template <class... Arguments>
  explicit DrivenRun(Definition definition, const Arguments&... arguments)
      : DrivenRun({.task_queue = "queue"}, std::move(definition), arguments...) {}

  template <class... Arguments>
  DrivenRun(InstanceOptions options, Definition definition, const Arguments&... arguments)
      : definition_(std::move(definition)) {
    auto& start = *next_.add_jobs()->mutable_initialize_workflow();
    start.set_workflow_type(definition_.name);
    start.set_workflow_id("id");
    start.set_randomness_seed(7);
    converter::set_payloads(*start.mutable_arguments(), converter::to_payloads(arguments...));
    instance_.emplace(definition_, std::move(options), "run", start);
  }

  /// A run whose first job is this one.
  DrivenRun(Definition definition, const coresdk::workflow_activation::InitializeWorkflow& start,
            InstanceOptions options)
      : definition_(std::move(definition)) {
    *next_.add_jobs()->mutable_initialize_workflow() = start;
    instance_.emplace(definition_, std::move(options), "run", start);
  }

  /// The activation that is being put together.
  auto& next() { return next_; }
  auto& job() { return *next_.add_jobs(); }
  void fire_timer(int seq) { job().mutable_fire_timer()->set_seq(seq); }
  template <class T>
  void complete_activity(int seq, const T& value) {
    auto& resolved = *job().mutable_resolve_activity();
    resolved.set_seq(seq);
    *resolved.mutable_result()->mutable_completed()->mutable_result() =
        converter::to_proto(converter::to_payload(value));
  }
  template <class... Arguments>
  void signal(const std::string& name, const Arguments&... arguments) {
    auto& signal = *job().mutable_signal_workflow();
    signal.set_signal_name(name);
    converter::set_payloads(*signal.mutable_input(), converter::to_payloads(arguments...));
  }
  void query(const std::string& type) { job().mutable_query_workflow()->set_query_type(type); }
  template <class... Arguments>
  void update(const std::string& name, const Arguments&... arguments) {
    auto& update = *job().mutable_do_update();
    update.set_id("id-of-" + name);
    update.set_name(name);
    update.set_protocol_instance_id(name);
    update.set_run_validator(true);
    converter::set_payloads(*update.mutable_input(), converter::to_payloads(arguments...));
  }
  /// The next activation replays a task of a history that names no rules.
  void replay_by_the_original_rules() { next_.set_is_replaying(true); }

  coresdk::workflow_completion::WorkflowActivationCompletion activate() {
    next_.set_run_id("run");
    coresdk::workflow_activation::WorkflowActivation activation;
    activation.Swap(&next_);
    return instance_->activate(activation);
  }
  std::vector<coresdk::workflow_commands::WorkflowCommand> commands() {
    auto completion = activate();
    EXPECT_TRUE(completion.has_successful()) << completion.failed().failure().message();
    return {completion.successful().commands().begin(), completion.successful().commands().end()};
  }
  void evict() { instance_.reset(); }

 private:
  Definition definition_;
  coresdk::workflow_activation::WorkflowActivation next_;
  std::optional<Instance> instance_;
};

/// What a workflow that completed returned.
template <class T>
T result_of(const coresdk::workflow_commands::WorkflowCommand& command) {
  return converter::from_payload<T>(converter::to_payload(command.complete_workflow_execution().result()));
}

}  // namespace temporal::workflow::detail
