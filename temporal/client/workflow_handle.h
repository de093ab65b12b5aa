#pragma once

#include <temporal/client/detail/workflow_ref.h>
#include <temporal/common/function_traits.h>
#include <temporal/common/future.h>
#include <temporal/common/registered_name.h>
#include <temporal/converter/payload_converter.h>

#include <string>
#include <type_traits>
#include <utility>
#include <vector>

/// \file
/// One workflow execution, seen from outside.

namespace temporal::client {

/// A workflow execution whose result is an `R`. Cheap to copy; copies mean the same execution. Thread-safe.
///
/// All calls return at once. Their futures throw `RpcError` (`GrpcStatus::not_found` for an execution that does not
/// exist), besides what is said with each.
template <class R>
class WorkflowHandle {
 public:
  explicit WorkflowHandle(detail::WorkflowRef workflow) : workflow_(std::move(workflow)) {}

  [[nodiscard]] const std::string& id() const noexcept { return workflow_.id(); }
  /// Empty: the latest run.
  [[nodiscard]] const std::string& run_id() const noexcept { return workflow_.run_id(); }

  /// Waits for the end, over retries and continue-as-new.
  /// @throws WorkflowFailedError, whose cause says how it ended, and DecodeError.
  [[nodiscard]] Future<R> result() const {
    const temporal::detail::Promise<R> promise;
    workflow_.result(detail::deliver(promise));
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
    workflow_.signal(std::move(name), std::move(arguments), detail::deliver(promise));
    return promise.future();
  }

  /// Asks the member function `Query`. Needs a worker; works on closed workflows, too.
  /// @throws QueryFailedError when the handler throws or there is none.
  template <auto Query, class... A>
  [[nodiscard]] auto query(A&&... arguments) const {
    using Result = std::remove_cvref_t<typename temporal::detail::FunctionTraits<Query>::Result>;
    return query<Result>(std::string{registered_name<Query>},
                         detail::arguments_of<Query>(std::forward<A>(arguments)...));
  }
  /// Asks a query that is known by name only.
  template <class Result>
  [[nodiscard]] Future<Result> query(std::string name, std::vector<Payload> arguments) const {
    const temporal::detail::Promise<Result> promise;
    workflow_.query(std::move(name), std::move(arguments), detail::deliver(promise));
    return promise.future();
  }

  /// Sends an update to the member function `Update` and waits for what it returns.
  /// @throws UpdateFailedError, whose cause says why, when it is rejected or fails.
  template <auto Update, class... A>
  [[nodiscard]] auto update(A&&... arguments) const {
    using Result = temporal::detail::task_result<typename temporal::detail::FunctionTraits<Update>::Result>;
    return update<Result>(std::string{registered_name<Update>},
                          detail::arguments_of<Update>(std::forward<A>(arguments)...));
  }
  /// Sends an update that is known by name only.
  template <class Result>
  [[nodiscard]] Future<Result> update(std::string name, std::vector<Payload> arguments) const {
    const temporal::detail::Promise<Result> promise;
    workflow_.update(std::move(name), std::move(arguments), detail::deliver(promise));
    return promise.future();
  }

  /// Asks the workflow to cancel itself; it decides how.
  [[nodiscard]] Future<void> cancel() const {
    const temporal::detail::Promise<void> promise;
    workflow_.cancel(detail::deliver(promise));
    return promise.future();
  }

  /// Ends the workflow without asking it.
  [[nodiscard]] Future<void> terminate(std::string reason = {}) const {
    const temporal::detail::Promise<void> promise;
    workflow_.terminate(std::move(reason), detail::deliver(promise));
    return promise.future();
  }

  [[nodiscard]] Future<WorkflowDescription> describe() const { return workflow_.describe(); }

  /// All events so far.
  [[nodiscard]] Future<WorkflowHistory> fetch_history() const { return workflow_.fetch_history(); }

 private:
  detail::WorkflowRef workflow_;
};

}  // namespace temporal::client
