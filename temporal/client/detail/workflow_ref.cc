#include <temporal/client/detail/workflow_ref.h>

#include <temporal/client/detail/await_result.h>
#include <temporal/client/detail/await_update.h>
#include <temporal/client/detail/errors.h>
#include <temporal/client/detail/session.h>
#include <temporal/common/errors.h>
#include <temporal/converter/proto_payload.h>

#include <temporal/api/history/v1/message.pb.h>

#include <utility>

namespace temporal::client::detail {
namespace {

/// For calls that give nothing back.
core::Callback acknowledge(OnOutcome done) {
  return [done = std::move(done)](const core::Result& result) {
    done(result.error ? Outcome{.failure = to_public(*result.error)} : Outcome{});
  };
}

/// Runs `read` on what a call gave; what it throws becomes the outcome, too.
template <class Response, class Read>
core::Callback reading(OnOutcome done, Read read, std::exception_ptr (*to_error)(const core::Error&) = to_public) {
  return [done = std::move(done), read = std::move(read), to_error](const core::Result& result) {
    if (result.error) return done({.failure = to_error(*result.error)});
    Outcome outcome;
    try {
      outcome = read(parse<Response>(result));
    } catch (...) {
      outcome = {.failure = std::current_exception()};
    }
    done(std::move(outcome));
  };
}

Outcome read_query(const service::QueryWorkflowResponse& response) {
  if (response.has_query_rejected()) throw QueryFailedError("the query was rejected: the workflow is closed");
  return {.values = converter::to_payloads(response.query_result())};
}

/// Fetches page after page. Lives in the callback of its current call.
class HistoryFetch : public std::enable_shared_from_this<HistoryFetch> {
 public:
  HistoryFetch(std::shared_ptr<Session> session, const WorkflowKey& key)
      : session_(std::move(session)), key_(key), request_(history_request(session_->sender(), key)) {}

  Future<WorkflowHistory> start() {
    auto future = promise_.future();
    next_page();
    return future;
  }

 private:
  void next_page() {
    session_->call("get_workflow_execution_history", request_, CallKind::normal,
                   [self = shared_from_this()](const core::Result& result) { self->on_page(result); });
  }

  void on_page(const core::Result& result) {
    if (result.error) return promise_.set_exception(to_public(*result.error));
    try {
      auto response = parse<service::GetWorkflowExecutionHistoryResponse>(result);
      history_.MergeFrom(response.history());
      if (!response.next_page_token().empty()) {
        request_.set_next_page_token(response.next_page_token());
        return next_page();
      }
      auto run_id = key_.run_id;
      if (run_id.empty() && !history_.events().empty()) {
        run_id = history_.events(0).workflow_execution_started_event_attributes().original_execution_run_id();
      }
      promise_.set_value(
          WorkflowHistory{.workflow_id = key_.id, .run_id = std::move(run_id), .bytes = history_.SerializeAsString()});
    } catch (...) {
      promise_.set_exception(std::current_exception());
    }
  }

  std::shared_ptr<Session> session_;
  WorkflowKey key_;
  service::GetWorkflowExecutionHistoryRequest request_;
  temporal::api::history::v1::History history_;
  temporal::detail::Promise<WorkflowHistory> promise_;
};

}  // namespace

void WorkflowRef::result(OnOutcome done) const { await_result(session_, key_, std::move(done)); }

void WorkflowRef::signal(std::string name, std::vector<Payload> arguments, OnOutcome done) const {
  session_->call("signal_workflow_execution",
                 signal_request(session_->sender(), key_, std::move(name), std::move(arguments)), CallKind::normal,
                 acknowledge(std::move(done)));
}

void WorkflowRef::query(std::string name, std::vector<Payload> arguments, OnOutcome done) const {
  session_->call("query_workflow", query_request(session_->sender(), key_, std::move(name), std::move(arguments)),
                 CallKind::normal,
                 reading<service::QueryWorkflowResponse>(std::move(done), read_query, to_query_error));
}

void WorkflowRef::update(std::string name, std::vector<Payload> arguments, OnOutcome done) const {
  await_update(session_, update_request(session_->sender(), key_, std::move(name), std::move(arguments)),
               std::move(done));
}

void WorkflowRef::cancel(OnOutcome done) const {
  session_->call("request_cancel_workflow_execution", cancel_request(session_->sender(), key_), CallKind::normal,
                 acknowledge(std::move(done)));
}

void WorkflowRef::terminate(std::string reason, OnOutcome done) const {
  session_->call("terminate_workflow_execution", terminate_request(session_->sender(), key_, std::move(reason)),
                 CallKind::normal, acknowledge(std::move(done)));
}

Future<WorkflowDescription> WorkflowRef::describe() const {
  const temporal::detail::Promise<WorkflowDescription> promise;
  session_->call(
      "describe_workflow_execution", describe_request(session_->sender(), key_), CallKind::normal,
      [promise](const core::Result& result) {
        if (result.error) return promise.set_exception(to_public(*result.error));
        promise.settle([result] { return to_description(parse<service::DescribeWorkflowExecutionResponse>(result)); });
      });
  return promise.future();
}

Future<WorkflowHistory> WorkflowRef::fetch_history() const {
  return std::make_shared<HistoryFetch>(session_, key_)->start();
}

}  // namespace temporal::client::detail
