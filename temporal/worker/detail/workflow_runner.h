#pragma once

#include <temporal/common/duration.h>
#include <temporal/common/running.h>
#include <temporal/workflow/definition.h>
#include <temporal/workflow/detail/instance.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace temporal::worker::detail {

/// The cached workflow runs of a worker: activation bytes in, completion bytes out. Used by one thread at a time.
///
///   begin ──▶ Turn ──run──▶ completion ──keep──▶ the run is back in the cache
///
/// A run that is on its turn is out of the cache: should it never yield, its turn is given up, and the cache serves the
/// others without it.
class WorkflowRunner {
  struct Run {
    std::string workflow_type;
    std::string workflow_id;
    std::unique_ptr<workflow::detail::Instance> instance;
  };
  using Runs = std::unordered_map<std::string, Run>;

 public:
  /// One activation under way, with the run that it is for. Destroying it destroys the run.
  class Turn {
   public:
    /// The completion. Never throws for what user code does or for an activation it cannot serve; those become a failed
    /// completion.
    std::string run();

    /// The completion in place of one that does not come. May be called while another thread is stuck in `run`.
    [[nodiscard]] std::string give_up(Duration limit) const;

    /// The run leaves the cache.
    [[nodiscard]] bool is_eviction() const;

    /// What it is for, also while another thread is stuck in `run`.
    [[nodiscard]] const std::string& run_id() const { return activation_.run_id(); }
    [[nodiscard]] std::string workflow_type() const { return run_ ? run_.mapped().workflow_type : std::string{}; }
    [[nodiscard]] std::string workflow_id() const { return run_ ? run_.mapped().workflow_id : std::string{}; }

   private:
    friend WorkflowRunner;
    explicit Turn(const WorkflowRunner& runner) : runner_(runner) {}
    [[nodiscard]] temporal::detail::RunningHere::Names names() const;
    workflow::detail::Instance& instance();

    const WorkflowRunner& runner_;
    coresdk::workflow_activation::WorkflowActivation activation_;
    std::exception_ptr defect_;  ///< of an activation that does not decode
    Runs::node_type run_;        ///< empty when the activation is for none
  };

  WorkflowRunner(std::vector<workflow::Definition> definitions, workflow::detail::InstanceOptions options);

  Turn begin(const std::string& activation);
  void keep(Turn turn);

  /// A whole turn, for who does not watch it: gives the completion.
  std::string handle(const std::string& activation);

  /// The completion of an activation whose payloads cannot be decoded: it fails the task.
  static std::string undecodable(const std::string& activation, const std::string& reason);
  /// The completion in place of one that is refused: it fails the task. `reason` quotes nothing of the refused one.
  static std::string refused(const std::string& run_id, const std::string& reason);

 private:
  std::map<std::string, workflow::Definition, std::less<>> definitions_;
  std::optional<workflow::Definition> dynamic_;  ///< for types that are not registered
  workflow::detail::InstanceOptions options_;
  Runs runs_;
};

}  // namespace temporal::worker::detail
