#include <temporal/client/detail/workflow_ref.h>

#include <temporal/client/detail/await_result.h>
#include <temporal/client/detail/call.h>
#include <temporal/client/detail/checks.h>
#include <temporal/client/detail/history_reader.h>
#include <temporal/client/detail/session.h>
#include <temporal/client/detail/start_update.h>

#include <utility>

namespace temporal::client::detail {

void WorkflowRef::result(bool follow_runs, OnDone<Payload> done, std::stop_token given_up) const {
  await_result(session_, key_, follow_runs, std::move(done), std::move(given_up));
}

void WorkflowRef::signal(std::string name, std::vector<Payload> arguments, OnDone<void> done) const {
  call(session_, &CallInterceptor::signal_workflow,
       {.workflow_id = key_.id,
        .run_id = key_.called_run_id(),
        .name = std::move(name),
        .arguments = std::move(arguments)},
       std::move(done));
}

void WorkflowRef::query(std::string name, const QueryOptions& options, std::vector<Payload> arguments,
                        OnDone<Payload> done) const {
  call(session_, &CallInterceptor::query_workflow,
       {.workflow_id = key_.id,
        .run_id = key_.called_run_id(),
        .name = std::move(name),
        .options = options,
        .arguments = std::move(arguments)},
       std::move(done));
}

void WorkflowRef::start_update(std::string name, UpdateOptions options, std::vector<Payload> arguments,
                               OnDone<StartedUpdate> done, std::stop_token given_up) const {
  call(session_, &CallInterceptor::start_update,
       {.workflow_id = key_.id,
        .run_id = key_.called_run_id(),
        .first_run_id = key_.first_run_id,
        .name = std::move(name),
        .options = std::move(options),
        .arguments = std::move(arguments)},
       std::move(done), std::move(given_up));
}

WorkflowUpdate WorkflowRef::update(std::string id) const {
  Check{}.name("update id", id);
  return {session_, {.workflow_id = key_.id, .run_id = key_.called_run_id(), .update_id = std::move(id)}};
}

void WorkflowRef::cancel(std::string reason, OnDone<void> done) const {
  call(session_, &CallInterceptor::cancel_workflow,
       {.workflow_id = key_.id,
        .run_id = key_.called_run_id(),
        .first_run_id = key_.first_run_id,
        .reason = std::move(reason)},
       std::move(done));
}

void WorkflowRef::terminate(std::string reason, OnDone<void> done) const {
  call(session_, &CallInterceptor::terminate_workflow,
       {.workflow_id = key_.id,
        .run_id = key_.called_run_id(),
        .first_run_id = key_.first_run_id,
        .reason = std::move(reason)},
       std::move(done));
}

Future<WorkflowDescription> WorkflowRef::describe() const {
  const temporal::detail::Promise<WorkflowDescription> promise;
  call(session_, &CallInterceptor::describe_workflow, {.workflow_id = key_.id, .run_id = key_.called_run_id()},
       settle(promise));
  return promise.future();
}

std::shared_ptr<HistoryReader> WorkflowRef::read_history(const HistoryOptions& options) const {
  validate(options);
  return std::make_shared<HistoryReader>(session_, key_, options);
}

Future<WorkflowHistory> WorkflowRef::fetch_history() const { return read_history({})->rest(); }

void WorkflowUpdate::result(const OnDone<Payload>& done, std::stop_token given_up) const {
  if (const auto& outcome = started_.outcome) return done(outcome->failure, outcome->value);
  await_update(session_, started_, done, std::move(given_up));
}

}  // namespace temporal::client::detail
