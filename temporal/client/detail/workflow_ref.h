#pragma once

#include <temporal/client/detail/typed_call.h>
#include <temporal/client/detail/workflow_update.h>
#include <temporal/client/query_options.h>
#include <temporal/client/started.h>
#include <temporal/client/workflow_description.h>
#include <temporal/client/workflow_update_handle.h>
#include <temporal/common/future.h>

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
  WorkflowRef(std::shared_ptr<Session> session, StartedWorkflow started)
      : session_(std::move(session)),
        key_{.id = std::move(started.workflow_id),
             .run_id = std::move(started.run_id),
             .first_run_id = std::move(started.first_run_id)} {}

  [[nodiscard]] const std::string& id() const noexcept { return key_.id; }
  [[nodiscard]] const std::string& run_id() const noexcept { return key_.run_id; }
  [[nodiscard]] const std::string& first_run_id() const noexcept { return key_.first_run_id; }

  void result(bool follow_runs, OnDone<Payload> done, std::stop_token given_up) const;
  void signal(std::string name, std::vector<Payload> arguments, OnDone<void> done) const;
  void query(std::string name, const QueryOptions& options, std::vector<Payload> arguments, OnDone<Payload> done) const;
  void start_update(std::string name, UpdateOptions options, std::vector<Payload> arguments, OnDone<StartedUpdate> done,
                    std::stop_token given_up) const;
  /// One that was started here.
  [[nodiscard]] WorkflowUpdate update(StartedUpdate started) const { return {session_, std::move(started)}; }
  /// One that was started elsewhere.
  [[nodiscard]] WorkflowUpdate update(std::string id) const;
  void cancel(std::string reason, OnDone<void> done) const;
  void terminate(std::string reason, OnDone<void> done) const;
  [[nodiscard]] Future<WorkflowDescription> describe() const;
  [[nodiscard]] Future<WorkflowHistory> fetch_history() const;
  [[nodiscard]] std::shared_ptr<HistoryReader> read_history(const HistoryOptions& options) const;

 private:
  std::shared_ptr<Session> session_;
  WorkflowKey key_;
};

}  // namespace temporal::client::detail
