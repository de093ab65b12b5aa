#include <temporal/client/detail/workflow_ref.h>

#include <temporal/client/detail/await_result.h>
#include <temporal/client/detail/errors.h>
#include <temporal/client/detail/history_reader.h>
#include <temporal/client/detail/session.h>
#include <temporal/client/detail/start_update.h>
#include <temporal/common/errors.h>
#include <temporal/converter/proto_payload.h>

#include <utility>

namespace temporal::client::detail {
namespace {

/// For calls that give nothing back.
core::Callback acknowledge(OnOutcome done) {
  return [done = std::move(done)](const core::Result& result) {
    done(result.error ? Outcome{.failure = to_workflow_error(*result.error)} : Outcome{});
  };
}

Outcome read_query(const core::Result& result) {
  if (result.error) return {.failure = to_query_error(*result.error)};
  const auto response = parse<service::QueryWorkflowResponse>(result);
  if (response.has_query_rejected()) throw QueryRejectedError(to_status(response.query_rejected().status()));
  return {.values = converter::to_payloads(response.query_result())};
}

}  // namespace

void WorkflowRef::result(bool follow_runs, OnOutcome done) const {
  await_result(session_, key_, follow_runs, std::move(done));
}

void WorkflowRef::signal(std::string name, std::vector<Payload> arguments, OnOutcome done) const {
  session_->call("signal_workflow_execution",
                 signal_request(session_->sender(), key_, std::move(name), std::move(arguments)), CallKind::normal,
                 acknowledge(std::move(done)));
}

void WorkflowRef::query(std::string name, const QueryOptions& options, std::vector<Payload> arguments,
                        OnOutcome done) const {
  const auto request = query_request(session_->sender(), key_, std::move(name), options, std::move(arguments));
  session_->call("query_workflow", request, CallKind::normal, [done = std::move(done)](const core::Result& result) {
    Outcome outcome;
    try {
      outcome = read_query(result);
    } catch (...) {
      outcome = {.failure = std::current_exception()};
    }
    done(std::move(outcome));
  });
}

void WorkflowRef::start_update(std::string name, UpdateOptions options, std::vector<Payload> arguments,
                               OnUpdate done) const {
  detail::start_update(
      session_, update_request(session_->sender(), key_, std::move(name), std::move(options), std::move(arguments)),
      std::move(done));
}

WorkflowUpdate WorkflowRef::update(std::string id) const {
  return {session_, {.workflow_id = key_.id, .run_id = key_.run_id, .update_id = std::move(id)}};
}

void WorkflowRef::cancel(std::string reason, OnOutcome done) const {
  session_->call("request_cancel_workflow_execution", cancel_request(session_->sender(), key_, std::move(reason)),
                 CallKind::normal, acknowledge(std::move(done)));
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
        if (result.error) return promise.set_exception(to_workflow_error(*result.error));
        promise.settle([result] { return to_description(parse<service::DescribeWorkflowExecutionResponse>(result)); });
      });
  return promise.future();
}

std::shared_ptr<HistoryReader> WorkflowRef::read_history(const HistoryOptions& options) const {
  return std::make_shared<HistoryReader>(session_, key_, options);
}

Future<WorkflowHistory> WorkflowRef::fetch_history() const { return read_history({})->rest(); }

void WorkflowUpdate::result(const OnOutcome& done) const {
  outcome_ ? done(*outcome_) : await_update(session_, key_, done);
}

}  // namespace temporal::client::detail
