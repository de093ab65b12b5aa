#pragma once

#include <temporal/client/detail/outcome.h>
#include <temporal/client/detail/workflow_update.h>
#include <temporal/client/query_options.h>
#include <temporal/client/workflow_description.h>
#include <temporal/client/workflow_update_handle.h>
#include <temporal/common/future.h>

#include <exception>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

namespace temporal::client::detail {

class HistoryReader;
class Session;

/// Which execution a call means.
struct WorkflowKey {
  std::string id = {};
  std::string run_id = {};        ///< where waiting for the result begins; empty: the latest run
  std::string first_run_id = {};  ///< set for one that was started here: calls go to the latest run of its chain

  /// The run that calls go to; empty: the latest.
  [[nodiscard]] std::string called_run_id() const { return first_run_id.empty() ? run_id : std::string{}; }
};

/// One workflow execution, with its types erased.
class WorkflowRef {
 public:
  WorkflowRef() = default;
  WorkflowRef(std::shared_ptr<Session> session, WorkflowKey key) : session_(std::move(session)), key_(std::move(key)) {}

  [[nodiscard]] const std::string& id() const noexcept { return key_.id; }
  [[nodiscard]] const std::string& run_id() const noexcept { return key_.run_id; }
  [[nodiscard]] const std::string& first_run_id() const noexcept { return key_.first_run_id; }

  void result(bool follow_runs, OnOutcome done, std::stop_token given_up) const;
  void signal(std::string name, std::vector<Payload> arguments, OnOutcome done) const;
  void query(std::string name, const QueryOptions& options, std::vector<Payload> arguments, OnOutcome done) const;
  void start_update(std::string name, UpdateOptions options, std::vector<Payload> arguments, OnUpdate done,
                    std::stop_token given_up) const;
  [[nodiscard]] WorkflowUpdate update(std::string id) const;
  void cancel(std::string reason, OnOutcome done) const;
  void terminate(std::string reason, OnOutcome done) const;
  [[nodiscard]] Future<WorkflowDescription> describe() const;
  [[nodiscard]] Future<WorkflowHistory> fetch_history() const;
  [[nodiscard]] std::shared_ptr<HistoryReader> read_history(const HistoryOptions& options) const;

 private:
  std::shared_ptr<Session> session_;
  WorkflowKey key_;
};

/// Run once, on a thread of the connection: must not block or throw.
using OnWorkflow = OnDone<WorkflowRef>;
using OnUpdateWithStart = std::function<void(std::exception_ptr, WorkflowRef, WorkflowUpdate)>;

}  // namespace temporal::client::detail
