#include <temporal/client/detail/errors.h>
#include <temporal/client/detail/history_reader.h>
#include <temporal/client/detail/session.h>
#include <temporal/client/workflow_history_pages.h>

#include <utility>

namespace temporal::client {

Future<std::optional<WorkflowHistory>> WorkflowHistoryPages::next() { return reader_->next(); }

namespace detail {

HistoryReader::HistoryReader(std::shared_ptr<Session> session, const WorkflowKey& key, const HistoryOptions& options)
    : session_(std::move(session)), request_(history_request(session_->sender(), key, options)), run_id_(key.run_id) {}

Future<std::optional<WorkflowHistory>> HistoryReader::next() {
  const temporal::detail::Promise<std::optional<WorkflowHistory>> promise;
  ask(
      [self = shared_from_this(), promise](std::exception_ptr failure, const std::optional<History>& page) {
        if (failure) return promise.set_exception(std::move(failure));
        promise.set_value(page ? std::optional{self->named(*page)} : std::nullopt);
      },
      given_up(promise));
  return promise.future();
}

Future<WorkflowHistory> HistoryReader::rest() {
  const temporal::detail::Promise<WorkflowHistory> promise;
  collect(std::make_shared<History>(), promise, given_up(promise));
  return promise.future();
}

void HistoryReader::collect(std::shared_ptr<History> events, temporal::detail::Promise<WorkflowHistory> promise,
                            std::stop_token given_up) {
  ask(
      [self = shared_from_this(), events = std::move(events), promise = std::move(promise), given_up](
          std::exception_ptr failure, const std::optional<History>& page) {
        if (failure) return promise.set_exception(std::move(failure));
        if (!page) return promise.set_value(self->named(*events));
        events->MergeFrom(*page);
        self->collect(events, promise, given_up);
      },
      given_up);
}

void HistoryReader::ask(OnPage done, const std::stop_token& given_up) {
  if (at_end_) return done(nullptr, std::nullopt);
  session_->call(
      "get_workflow_execution_history", request_, request_.wait_new_event() ? CallKind::long_poll : CallKind::normal,
      [self = shared_from_this(), done = std::move(done), given_up](const core::Result& result) {
        self->on_answer(result, done, given_up);
      },
      given_up);
}

void HistoryReader::on_answer(const core::Result& result, const OnPage& done, const std::stop_token& given_up) {
  std::optional<History> page;
  try {
    if (result.error) {
      if (request_.wait_new_event() && is_no_answer(*result.error)) return ask(done, given_up);
      return done(to_workflow_error(*result.error), std::nullopt);
    }
    auto response = parse<service::GetWorkflowExecutionHistoryResponse>(result);
    at_end_ = response.next_page_token().empty();
    request_.set_next_page_token(response.next_page_token());
    if (response.history().events().empty()) return ask(done, given_up);
    page = std::move(*response.mutable_history());
  } catch (...) {
    return done(std::current_exception(), std::nullopt);
  }
  done(nullptr, std::move(page));
}

WorkflowHistory HistoryReader::named(const History& history) {
  if (run_id_.empty() && !history.events().empty()) {
    run_id_ = history.events(0).workflow_execution_started_event_attributes().original_execution_run_id();
  }
  return {.workflow_id = request_.execution().workflow_id(), .run_id = run_id_, .bytes = history.SerializeAsString()};
}

}  // namespace detail
}  // namespace temporal::client
