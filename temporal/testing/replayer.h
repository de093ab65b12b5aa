#pragma once

#include <temporal/client/workflow_description.h>
#include <temporal/codec/data_converter.h>
#include <temporal/testing/history_json.h>
#include <temporal/worker/worker_options.h>

#include <exception>
#include <span>
#include <string>
#include <vector>

/// \file
/// Runs workflow code against histories of the past, to see whether it still goes the same way.
/// See https://docs.temporal.io/workflow-definition#deterministic-constraints.
///
/// ```cpp
/// worker::WorkerOptions options;
/// options.add_workflow<hello>();
/// testing::Replayer{options}.replay(testing::load_history("hello.json"));
/// ```

namespace temporal::testing {

/// How the replay of a history went.
struct ReplayResult {
  std::string workflow_id = {};
  /// Null: the code goes with the history. Else `NondeterminismError`, or what failed the workflow task. Read it with
  /// `describe`.
  std::exception_ptr failure = {};
};

/// What `Replayer::replay_all` does when a history fails.
enum class OnFailure {
  collect,  ///< goes on: all failures are told
  stop,     ///< leaves the others out: the result of the one that failed is the last
};

/// Replays histories with the workflows of a worker. Needs no server and runs no activity. Not thread-safe.
class Replayer {
 public:
  /// Of the options, the workflows, what is said about them, the interceptors and the log count. Activities need not be
  /// registered, those that a workflow requires among them. The data converter is that of the client which the
  /// histories are of, where they come from files; what a client fetched is decoded.
  /// @throws ConfigurationError for workflows that no worker could run with.
  explicit Replayer(worker::WorkerOptions options, codec::DataConverter data_converter = {});

  /// @throws NondeterminismError where the code does not do what the history says; what failed the workflow task, such
  /// as `ApplicationError` of type `NotFoundError` for a workflow that is not registered; ConfigurationError for a
  /// history that cannot be one; DecodeError where the codec fails.
  void replay(const client::WorkflowHistory& history) const;

  /// Replays them in their order and tells of each how it went.
  [[nodiscard]] std::vector<ReplayResult> replay_all(std::span<const client::WorkflowHistory> histories,
                                                     OnFailure on_failure = OnFailure::collect) const;

 private:
  worker::WorkerOptions options_;
  codec::DataConverter data_converter_;
};

}  // namespace temporal::testing
