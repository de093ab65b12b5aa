#include <temporal/client/detail/await_result.h>

#include <temporal/client/detail/errors.h>
#include <temporal/client/detail/requests.h>
#include <temporal/client/detail/session.h>
#include <temporal/common/errors.h>
#include <temporal/converter/failure.h>
#include <temporal/converter/proto_payload.h>

#include <utility>

namespace temporal::client::detail {
namespace {

using temporal::api::history::v1::HistoryEvent;

template <class E>
std::exception_ptr failed_with(E cause) {
  return std::make_exception_ptr(WorkflowFailedError(std::make_exception_ptr(std::move(cause))));
}

/// One wait. Lives in the callback of its current call.
class Wait : public std::enable_shared_from_this<Wait> {
 public:
  Wait(std::shared_ptr<Session> session, const WorkflowKey& key, bool follow_runs, OnDone<Payload> done,
       std::stop_token given_up)
      : session_(std::move(session)),
        id_(key.id),
        request_(close_event_request(session_->sender(), key.id, key.run_id)),
        follow_runs_(follow_runs),
        done_(std::move(done)),
        given_up_(std::move(given_up)) {}

  void poll() {
    session_->call(
        "get_workflow_execution_history", request_, CallKind::long_poll,
        [self = shared_from_this()](const core::Result& result) { self->on_answer(result); }, given_up_);
  }

 private:
  void on_answer(const core::Result& result) {
    try {
      if (result.error) {
        if (is_no_answer(*result.error)) return poll();
        return done_(to_workflow_error(*result.error), {});
      }
      const auto response = parse<service::GetWorkflowExecutionHistoryResponse>(result);
      if (response.history().events().empty()) {
        if (!response.next_page_token().empty()) request_.set_next_page_token(response.next_page_token());
        return poll();
      }
      auto close = read_close_event(*response.history().events().rbegin());
      if (!follow_runs_ || close.next_run_id.empty()) return done_(std::move(close.failure), std::move(close.value));
      request_ = close_event_request(session_->sender(), id_, close.next_run_id);
      poll();
    } catch (...) {
      done_(std::current_exception(), {});
    }
  }

  std::shared_ptr<Session> session_;
  std::string id_;
  service::GetWorkflowExecutionHistoryRequest request_;
  bool follow_runs_;
  OnDone<Payload> done_;
  std::stop_token given_up_;
};

}  // namespace

void await_result(std::shared_ptr<Session> session, const WorkflowKey& key, bool follow_runs, OnDone<Payload> done,
                  std::stop_token given_up) {
  std::make_shared<Wait>(std::move(session), key, follow_runs, std::move(done), std::move(given_up))->poll();
}

Close read_close_event(const HistoryEvent& event) {
  switch (event.attributes_case()) {
    case HistoryEvent::kWorkflowExecutionCompletedEventAttributes: {
      const auto& completed = event.workflow_execution_completed_event_attributes();
      return {.value = to_result(completed.result()), .next_run_id = completed.new_execution_run_id()};
    }
    case HistoryEvent::kWorkflowExecutionFailedEventAttributes: {
      const auto& failed = event.workflow_execution_failed_event_attributes();
      return {.failure = std::make_exception_ptr(WorkflowFailedError(converter::from_failure(failed.failure()))),
              .next_run_id = failed.new_execution_run_id()};
    }
    case HistoryEvent::kWorkflowExecutionTimedOutEventAttributes:
      return {.failure = failed_with(TimeoutError("workflow execution timed out", TimeoutType::start_to_close)),
              .next_run_id = event.workflow_execution_timed_out_event_attributes().new_execution_run_id()};
    case HistoryEvent::kWorkflowExecutionContinuedAsNewEventAttributes: {
      const auto& next = event.workflow_execution_continued_as_new_event_attributes().new_execution_run_id();
      return {.failure = std::make_exception_ptr(WorkflowContinuedAsNewError(next)), .next_run_id = next};
    }
    case HistoryEvent::kWorkflowExecutionCanceledEventAttributes: {
      const auto& details = event.workflow_execution_canceled_event_attributes().details();
      return {.failure = failed_with(CancelledError("workflow execution cancelled", converter::to_payloads(details)))};
    }
    case HistoryEvent::kWorkflowExecutionTerminatedEventAttributes: {
      const auto& reason = event.workflow_execution_terminated_event_attributes().reason();
      return {.failure = failed_with(TerminatedError(reason.empty() ? "workflow execution terminated" : reason))};
    }
    default:
      return {.failure = std::make_exception_ptr(Error("the workflow's last event is of an unknown kind: " +
                                                       std::to_string(static_cast<int>(event.event_type()))))};
  }
}

}  // namespace temporal::client::detail
