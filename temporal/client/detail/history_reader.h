#pragma once

#include <temporal/client/detail/requests.h>
#include <temporal/client/detail/workflow_ref.h>

#include <temporal/api/history/v1/message.pb.h>

#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

namespace temporal::client::detail {

/// Reads the events of one run, page by page. One call at a time; lives in the callback of its current call.
class HistoryReader : public std::enable_shared_from_this<HistoryReader> {
 public:
  HistoryReader(std::shared_ptr<Session> session, const WorkflowKey& key, const HistoryOptions& options);

  Future<std::optional<WorkflowHistory>> next();
  /// All that is left, as one.
  Future<WorkflowHistory> rest();

 private:
  using History = temporal::api::history::v1::History;
  using OnPage = std::function<void(std::exception_ptr, std::optional<History>)>;

  void ask(OnPage done, const std::stop_token& given_up);
  void on_answer(const core::Result& result, const OnPage& done, const std::stop_token& given_up);
  void collect(std::shared_ptr<History> events, temporal::detail::Promise<WorkflowHistory> promise,
               std::stop_token given_up);
  [[nodiscard]] WorkflowHistory named(const History& history);

  std::shared_ptr<Session> session_;
  service::GetWorkflowExecutionHistoryRequest request_;
  std::string run_id_;
  bool at_end_ = false;
};

}  // namespace temporal::client::detail
