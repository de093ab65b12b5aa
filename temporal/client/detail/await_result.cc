#include <temporal/client/detail/await_result.h>

#include <temporal/client/detail/errors.h>
#include <temporal/client/detail/session.h>
#include <temporal/common/errors.h>
#include <temporal/converter/failure.h>
#include <temporal/converter/proto_payload.h>

#include <utility>

namespace temporal::client::detail {
namespace {

using temporal::api::history::v1::HistoryEvent;

template <class E>
Outcome failed_with(E cause) {
  return {.failure = std::make_exception_ptr(WorkflowFailedError(std::make_exception_ptr(std::move(cause))))};
}

Close followed_by(const std::string& next_run_id, Outcome outcome) {
  if (next_run_id.empty()) return {.outcome = std::move(outcome)};
  return {.next_run_id = next_run_id};
}

/// One wait. Lives in the callback of its current call.
class Wait : public std::enable_shared_from_this<Wait> {
 public:
  Wait(std::shared_ptr<Session> session, const WorkflowKey& key, OnOutcome done)
      : session_(std::move(session)),
        id_(key.id),
        request_(close_event_request(session_->sender(), key.id, key.run_id)),
        done_(std::move(done)) {}

  void poll() {
    session_->call("get_workflow_execution_history", request_, CallKind::long_poll,
                   [self = shared_from_this()](const core::Result& result) { self->on_answer(result); });
  }

 private:
  void on_answer(const core::Result& result) {
    try {
      if (result.error) {
        if (is_poll_timeout(*result.error)) return poll();
        return done_({.failure = to_public(*result.error)});
      }
      const auto response = parse<service::GetWorkflowExecutionHistoryResponse>(result);
      if (response.history().events().empty()) {
        if (!response.next_page_token().empty()) request_.set_next_page_token(response.next_page_token());
        return poll();
      }
      auto close = read_close_event(*response.history().events().rbegin());
      if (!close.next_run_id) return done_(std::move(close.outcome));
      request_ = close_event_request(session_->sender(), id_, *close.next_run_id);
      poll();
    } catch (...) {
      done_({.failure = std::current_exception()});
    }
  }

  std::shared_ptr<Session> session_;
  std::string id_;
  service::GetWorkflowExecutionHistoryRequest request_;
  OnOutcome done_;
};

}  // namespace

void await_result(std::shared_ptr<Session> session, const WorkflowKey& key, OnOutcome done) {
  std::make_shared<Wait>(std::move(session), key, std::move(done))->poll();
}

Close read_close_event(const HistoryEvent& event) {
  switch (event.attributes_case()) {
    case HistoryEvent::kWorkflowExecutionCompletedEventAttributes: {
      const auto& completed = event.workflow_execution_completed_event_attributes();
      return followed_by(completed.new_execution_run_id(), {.values = converter::to_payloads(completed.result())});
    }
    case HistoryEvent::kWorkflowExecutionFailedEventAttributes: {
      const auto& failed = event.workflow_execution_failed_event_attributes();
      auto cause = converter::from_failure(failed.failure());
      return followed_by(failed.new_execution_run_id(),
                         {.failure = std::make_exception_ptr(WorkflowFailedError(std::move(cause)))});
    }
    case HistoryEvent::kWorkflowExecutionTimedOutEventAttributes:
      return followed_by(event.workflow_execution_timed_out_event_attributes().new_execution_run_id(),
                         failed_with(TimeoutError("workflow execution timed out", TimeoutType::start_to_close)));
    case HistoryEvent::kWorkflowExecutionContinuedAsNewEventAttributes:
      return {.next_run_id = event.workflow_execution_continued_as_new_event_attributes().new_execution_run_id()};
    case HistoryEvent::kWorkflowExecutionCanceledEventAttributes:
      return {.outcome = failed_with(CancelledError(
                  "workflow execution cancelled",
                  converter::to_payloads(event.workflow_execution_canceled_event_attributes().details())))};
    case HistoryEvent::kWorkflowExecutionTerminatedEventAttributes: {
      const auto& reason = event.workflow_execution_terminated_event_attributes().reason();
      return {.outcome = failed_with(TerminatedError(reason.empty() ? "workflow execution terminated" : reason))};
    }
    default:
      return {
          .outcome = {.failure = std::make_exception_ptr(Error("the workflow's last event is of an unknown kind: " +
                                                               std::to_string(static_cast<int>(event.event_type()))))}};
  }
}

}  // namespace temporal::client::detail
