#pragma once

#include <temporal/client/detail/workflow_ref.h>
#include <temporal/client/query_options.h>
#include <temporal/client/started.h>
#include <temporal/client/workflow_history_pages.h>
#include <temporal/client/workflow_update_handle.h>
#include <temporal/common/future.h>
#include <temporal/common/registered_name.h>

#include <string>
#include <utility>
#include <vector>

/// \file
/// One workflow execution, seen from outside.

namespace temporal::client {

/// What `WorkflowHandle::result` does when a run is continued as another.
struct ResultOptions {
  /// Goes on to the run that follows: after continue-as-new, after a retry, of a cron schedule. False: only this run
  /// counts, and `WorkflowContinuedAsNewError` names the next.
  bool follow_runs = true;
};

/// A workflow execution whose result is an `R`. Cheap to copy; copies mean the same execution. Thread-safe.
///
/// All calls return at once, and throw a `ConfigurationError` at once for what cannot be sent. Their futures throw
/// `WorkflowNotFoundError` where no such execution exists and `RpcError`, besides what is said with each. See
/// https://docs.temporal.io/sending-messages.
template <class R>
class WorkflowHandle {
 public:
  explicit WorkflowHandle(detail::WorkflowRef workflow) : workflow_(std::move(workflow)) {}

  [[nodiscard]] const std::string& id() const noexcept { return workflow_.id(); }
  /// Empty: the latest run.
  [[nodiscard]] const std::string& run_id() const noexcept { return workflow_.run_id(); }
  /// The first run of the chain, where the workflow was started with this client; else empty.
  [[nodiscard]] const std::string& first_run_id() const noexcept { return workflow_.first_run_id(); }

  /// Waits for the end.
  /// @throws WorkflowFailedError, whose cause says how it ended, WorkflowContinuedAsNewError and DecodeError.
  [[nodiscard]] Future<R> result(ResultOptions options = {}) const {
    const temporal::detail::Promise<R> promise;
    workflow_.result(options.follow_runs, detail::decode(promise), detail::given_up(promise));
    return promise.future();
  }

  /// Sends the signal that the member function `Signal` handles: `handle.signal<&Order::approve>("ann")`.
  template <auto Signal, class... A>
  [[nodiscard]] Future<void> signal(A&&... arguments) const {
    return signal(std::string{registered_name<Signal>}, detail::arguments_of<Signal>(std::forward<A>(arguments)...));
  }
  /// Sends a signal that is known by name only.
  [[nodiscard]] Future<void> signal(std::string name, std::vector<Payload> arguments) const {
    const temporal::detail::Promise<void> promise;
    workflow_.signal(std::move(name), std::move(arguments), detail::settle(promise));
    return promise.future();
  }

  /// Asks the member function `Query`. Needs a worker; works on closed workflows, too.
  /// @throws QueryFailedError when the handler throws or there is none; with a cause where the worker's SDK sends one.
  template <auto Query, class... A>
  [[nodiscard]] Future<detail::ResultOf<Query>> query(A&&... arguments) const {
    return query<Query>(QueryOptions{}, std::forward<A>(arguments)...);
  }
  /// The same with options: `handle.query<&Order::total>({.reject_condition = QueryRejectCondition::not_open})`.
  /// @throws QueryRejectedError, too.
  template <auto Query, class... A>
  [[nodiscard]] Future<detail::ResultOf<Query>> query(QueryOptions options, A&&... arguments) const {
    return query<detail::ResultOf<Query>>(std::string{registered_name<Query>},
                                          detail::arguments_of<Query>(std::forward<A>(arguments)...), options);
  }
  /// Asks a query that is known by name only.
  template <class Result>
  [[nodiscard]] Future<Result> query(std::string name, std::vector<Payload> arguments,
                                     QueryOptions options = {}) const {
    const temporal::detail::Promise<Result> promise;
    workflow_.query(std::move(name), options, std::move(arguments), detail::decode(promise));
    return promise.future();
  }

  /// Sends an update to the member function `Update` and waits for what it returns.
  /// @throws UpdateFailedError, whose cause says why, when it is rejected or fails.
  template <auto Update, class... A>
  [[nodiscard]] Future<detail::ResultOf<Update>> update(A&&... arguments) const {
    return update<detail::ResultOf<Update>>(std::string{registered_name<Update>},
                                            detail::arguments_of<Update>(std::forward<A>(arguments)...));
  }
  /// Sends an update that is known by name only.
  template <class Result>
  [[nodiscard]] Future<Result> update(std::string name, std::vector<Payload> arguments) const {
    const temporal::detail::Promise<Result> promise;
    auto given_up = detail::given_up(promise);
    workflow_.start_update(
        std::move(name), {.wait_for_stage = UpdateStage::completed}, std::move(arguments),
        [workflow = workflow_, promise, given_up](std::exception_ptr failure, StartedUpdate started) {
          if (failure) return promise.set_exception(std::move(failure));
          workflow.update(std::move(started)).result(detail::decode(promise), given_up);
        },
        given_up);
    return promise.future();
  }

  /// Sends an update to the member function `Update` and gives a handle to it as soon as it has come to a stage:
  /// `handle.start_update<&Order::set_quantity>({.wait_for_stage = UpdateStage::accepted}, 8)`.
  /// A rejected update has a handle, too: its result throws.
  template <auto Update, class... A>
  [[nodiscard]] Future<WorkflowUpdateHandle<detail::ResultOf<Update>>> start_update(UpdateOptions options,
                                                                                    A&&... arguments) const {
    return start_update<detail::ResultOf<Update>>(std::string{registered_name<Update>}, std::move(options),
                                                  detail::arguments_of<Update>(std::forward<A>(arguments)...));
  }
  /// The same for an update that is known by name only.
  template <class Result>
  [[nodiscard]] Future<WorkflowUpdateHandle<Result>> start_update(std::string name, UpdateOptions options,
                                                                  std::vector<Payload> arguments) const {
    const temporal::detail::Promise<WorkflowUpdateHandle<Result>> promise;
    workflow_.start_update(
        std::move(name), std::move(options), std::move(arguments),
        [workflow = workflow_, promise](std::exception_ptr failure, StartedUpdate started) {
          if (failure) return promise.set_exception(std::move(failure));
          promise.set_value(WorkflowUpdateHandle<Result>{workflow.update(std::move(started))});
        },
        detail::given_up(promise));
    return promise.future();
  }

  /// A handle to an update that was sent elsewhere. Asks nobody: `result` fails if there is none.
  /// @throws ConfigurationError for an id that is empty or not UTF-8.
  template <auto Update>
  [[nodiscard]] WorkflowUpdateHandle<detail::ResultOf<Update>> update_handle(std::string id) const {
    return update_handle<detail::ResultOf<Update>>(std::move(id));
  }
  template <class Result>
  [[nodiscard]] WorkflowUpdateHandle<Result> update_handle(std::string id) const {
    return WorkflowUpdateHandle<Result>{workflow_.update(std::move(id))};
  }

  /// Asks the workflow to cancel itself; it decides how. The reason is in its history.
  [[nodiscard]] Future<void> cancel(std::string reason = {}) const {
    const temporal::detail::Promise<void> promise;
    workflow_.cancel(std::move(reason), detail::settle(promise));
    return promise.future();
  }

  /// Ends the workflow without asking it.
  [[nodiscard]] Future<void> terminate(std::string reason = {}) const {
    const temporal::detail::Promise<void> promise;
    workflow_.terminate(std::move(reason), detail::settle(promise));
    return promise.future();
  }

  [[nodiscard]] Future<WorkflowDescription> describe() const { return workflow_.describe(); }

  /// All events of the run so far.
  [[nodiscard]] Future<WorkflowHistory> fetch_history() const { return workflow_.fetch_history(); }

  /// The events of the run page by page, also as they come. Asks nobody before the first page is asked for.
  [[nodiscard]] WorkflowHistoryPages history_pages(HistoryOptions options = {}) const {
    return WorkflowHistoryPages{workflow_.read_history(options)};
  }

 private:
  detail::WorkflowRef workflow_;
};

}  // namespace temporal::client
