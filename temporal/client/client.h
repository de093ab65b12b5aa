#pragma once

#include <temporal/client/async_activity_handle.h>
#include <temporal/client/connect_options.h>
#include <temporal/client/rpc_options.h>
#include <temporal/client/start_options.h>
#include <temporal/client/started.h>
#include <temporal/client/workflow_handle.h>
#include <temporal/common/errors.h>
#include <temporal/common/function_traits.h>
#include <temporal/common/future.h>
#include <temporal/common/registered_name.h>

#include <exception>
#include <map>
#include <memory>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

/// \file
/// The client: starts workflows and talks to them.
///
/// ```cpp
/// auto client = client::Client::connect({.address = "localhost:7233"});
/// auto order = client.start<&Order::run>({.id = "order-7", .task_queue = "orders"}, request).get();
/// order.signal<&Order::approve>("ann").get();
/// Receipt receipt = order.result().get();
/// ```

namespace temporal::client {

class WorkerDeployment;

namespace detail {

class Session;

/// A function's own name, or for a run member the name of its class.
template <auto Workflow>
std::string workflow_type() {
  return std::string{temporal::detail::workflow_name<Workflow>()};
}

/// Hands the handle of a workflow that was started to a promise.
template <class R>
OnDone<StartedWorkflow> deliver_handle(std::shared_ptr<Session> session,
                                       const temporal::detail::Promise<WorkflowHandle<R>>& promise) {
  return [session = std::move(session), promise](std::exception_ptr failure, StartedWorkflow started) {
    if (failure) return promise.set_exception(std::move(failure));
    promise.set_value(WorkflowHandle<R>{WorkflowRef{session, std::move(started)}});
  };
}

}  // namespace detail

/// What `Client::update_with_start` gives.
template <class R, class U>
struct UpdateWithStart {
  WorkflowHandle<R> workflow;
  WorkflowUpdateHandle<U> update;
};

/// A connection to one namespace of a Temporal server. Cheap to copy; copies share the connection, which closes with
/// the last of them. Thread-safe.
class Client {
 public:
  /// Connects and waits until the server has answered.
  /// @throws ConfigurationError for options that cannot work, ConnectionError when the server cannot be reached or does
  /// not answer within `connect_timeout`, RpcError when it refuses.
  static Client connect(ConnectOptions options = {});

  /// Starts a workflow that is a coroutine function or a class, named by its run member. The future has the handle as
  /// soon as the server knows the workflow.
  /// @throws ConfigurationError at once for options that cannot work. The future throws WorkflowAlreadyStartedError and
  /// RpcError.
  template <auto Workflow, class... A>
  Future<WorkflowHandle<detail::ResultOf<Workflow>>> start(StartOptions options, A&&... arguments) const {
    return start<detail::ResultOf<Workflow>>(detail::workflow_type<Workflow>(), std::move(options),
                                             detail::arguments_of<Workflow>(std::forward<A>(arguments)...));
  }

  /// Starts a workflow that is known by name only: `client.start<std::string>("hello", options, to_payloads("Ann"))`.
  template <class R = RawValue>
  Future<WorkflowHandle<R>> start(std::string workflow_type, StartOptions options,
                                  std::vector<Payload> arguments = {}) const {
    const temporal::detail::Promise<WorkflowHandle<R>> promise;
    start(std::move(workflow_type), std::move(options), std::move(arguments),
          detail::deliver_handle(session_, promise));
    return promise.future();
  }

  /// Starts a workflow and waits for its result: `start` and `WorkflowHandle::result` in one, with their errors.
  template <auto Workflow, class... A>
  Future<detail::ResultOf<Workflow>> execute(StartOptions options, A&&... arguments) const {
    return execute<detail::ResultOf<Workflow>>(detail::workflow_type<Workflow>(), std::move(options),
                                               detail::arguments_of<Workflow>(std::forward<A>(arguments)...));
  }

  /// The same for a workflow that is known by name only.
  template <class R = RawValue>
  Future<R> execute(std::string workflow_type, StartOptions options, std::vector<Payload> arguments = {}) const {
    const temporal::detail::Promise<R> promise;
    start(std::move(workflow_type), std::move(options), std::move(arguments),
          [session = session_, promise, given_up = detail::given_up(promise)](std::exception_ptr failure,
                                                                              StartedWorkflow started) {
            if (failure) return promise.set_exception(std::move(failure));
            detail::WorkflowRef{session, std::move(started)}.result(true, detail::decode(promise), given_up);
          });
    return promise.future();
  }

  /// Signals a workflow, and starts it first unless one of its id runs already, both in one step. The arguments of each
  /// are in braces of their own:
  /// `client.signal_with_start<&Order::run, &Order::approve>({.id = "order-7", .task_queue = "orders"}, {request},
  /// {"ann"})`. The future has the handle of the workflow that was signalled, and throws what that of `start` throws.
  /// See https://docs.temporal.io/sending-messages#signal-with-start.
  template <auto Workflow, auto Signal>
  Future<WorkflowHandle<detail::ResultOf<Workflow>>> signal_with_start(
      StartOptions options, detail::ArgumentsOf<Workflow> arguments,
      detail::ArgumentsOf<Signal> signal_arguments) const {
    return signal_with_start<detail::ResultOf<Workflow>>(
        detail::workflow_type<Workflow>(), std::move(options), detail::payloads_of(arguments),
        std::string{registered_name<Signal>}, detail::payloads_of(signal_arguments));
  }
  /// The same for a workflow and a signal that are known by name only.
  template <class R = RawValue>
  Future<WorkflowHandle<R>> signal_with_start(std::string workflow_type, StartOptions options,
                                              std::vector<Payload> arguments, std::string signal,
                                              std::vector<Payload> signal_arguments) const {
    const temporal::detail::Promise<WorkflowHandle<R>> promise;
    signal_with_start(std::move(workflow_type), std::move(options), std::move(arguments), std::move(signal),
                      std::move(signal_arguments), detail::deliver_handle(session_, promise));
    return promise.future();
  }

  /// Sends an update to a workflow, and starts it first unless it is there, both in one step. `id_conflict_policy` has
  /// to be set: `use_existing` updates the workflow that runs.
  /// ```cpp
  /// auto [order, update] = client.update_with_start<&Order::run, &Order::set_quantity>(options, {request}, {},
  /// {8}).get(); int before = update.result().get();
  /// ```
  /// The future has the handles when the update has come to its stage, and throws what that of `start` throws.
  /// See https://docs.temporal.io/sending-messages#update-with-start.
  template <auto Workflow, auto Update>
  Future<UpdateWithStart<detail::ResultOf<Workflow>, detail::ResultOf<Update>>> update_with_start(
      StartOptions options, detail::ArgumentsOf<Workflow> arguments, UpdateOptions update_options,
      detail::ArgumentsOf<Update> update_arguments) const {
    return update_with_start<detail::ResultOf<Workflow>, detail::ResultOf<Update>>(
        detail::workflow_type<Workflow>(), std::move(options), detail::payloads_of(arguments),
        std::string{registered_name<Update>}, std::move(update_options), detail::payloads_of(update_arguments));
  }
  /// The same for a workflow and an update that are known by name only.
  template <class R, class U>
  Future<UpdateWithStart<R, U>> update_with_start(std::string workflow_type, StartOptions options,
                                                  std::vector<Payload> arguments, std::string update,
                                                  UpdateOptions update_options,
                                                  std::vector<Payload> update_arguments) const {
    const temporal::detail::Promise<UpdateWithStart<R, U>> promise;
    update_with_start(
        std::move(workflow_type), std::move(options), std::move(arguments), std::move(update),
        std::move(update_options), std::move(update_arguments),
        [session = session_, promise](std::exception_ptr failure, StartedWorkflowWithUpdate started) {
          if (failure) return promise.set_exception(std::move(failure));
          promise.set_value(UpdateWithStart<R, U>{
              WorkflowHandle<R>{detail::WorkflowRef{session, std::move(started.workflow)}},
              WorkflowUpdateHandle<U>{detail::WorkflowUpdate{session, std::move(started.update)}}});
        },
        detail::given_up(promise));
    return promise.future();
  }

  /// A handle to a workflow that was started elsewhere. Asks nobody: calls on the handle fail if there is none.
  /// @throws ConfigurationError for an id that is empty or not UTF-8.
  template <auto Workflow>
  [[nodiscard]] WorkflowHandle<detail::ResultOf<Workflow>> workflow_handle(std::string id,
                                                                           std::string run_id = {}) const {
    return workflow_handle<detail::ResultOf<Workflow>>(std::move(id), std::move(run_id));
  }
  template <class R = RawValue>
  [[nodiscard]] WorkflowHandle<R> workflow_handle(std::string id, std::string run_id = {}) const {
    return WorkflowHandle<R>{workflow_ref(std::move(id), std::move(run_id))};
  }

  /// A handle to an activity that left its worker with `activity::complete_asynchronously`. Asks nobody.
  [[nodiscard]] AsyncActivityHandle async_activity_handle(std::string task_token) const {
    return {session_, {.task_token = std::move(task_token)}};
  }
  [[nodiscard]] AsyncActivityHandle async_activity_handle(std::string workflow_id, std::string run_id,
                                                          std::string activity_id) const {
    return {
        session_,
        {.workflow_id = std::move(workflow_id), .run_id = std::move(run_id), .activity_id = std::move(activity_id)}};
  }

  /// A Worker Deployment of the namespace. Asks nobody. For `#include <temporal/client/worker_deployment.h>`.
  /// @throws ConfigurationError for a name that is empty or not UTF-8.
  [[nodiscard]] WorkerDeployment worker_deployment(std::string name) const;

  /// A client on the same connection whose calls, and those of the handles it gives, travel in another way:
  /// `client.with_rpc_options({.timeout = 1s}).workflow_handle("order-7").describe()`.
  /// @throws ConfigurationError for options that cannot work.
  [[nodiscard]] Client with_rpc_options(RpcOptions options) const;

  /// Takes another API key for all calls from now on, those of workers on this connection too: for keys that are
  /// rotated. Empty: none. `options` goes on saying what it was connected with.
  /// @throws ConfigurationError for what cannot be sent, without showing it.
  void set_api_key(const std::string& key) const;
  /// The same for the metadata of `ConnectOptions`, all of it.
  void set_metadata(const std::map<std::string, std::string>& metadata) const;

  /// Asks the server for a sign of life, without a retry.
  /// @throws ConnectionError, RpcError, and ConfigurationError for a timeout that is none.
  void probe(Duration timeout) const;

  [[nodiscard]] const ConnectOptions& options() const noexcept;
  /// The one that was chosen, or "<pid>@<host>".
  [[nodiscard]] const std::string& identity() const noexcept;

  /// For the other rooms of this library.
  explicit Client(std::shared_ptr<detail::Session> session) noexcept : session_(std::move(session)) {}
  [[nodiscard]] const std::shared_ptr<detail::Session>& session() const noexcept { return session_; }

 private:
  [[nodiscard]] detail::WorkflowRef workflow_ref(std::string id, std::string run_id) const;
  void start(std::string workflow_type, StartOptions options, std::vector<Payload> arguments,
             detail::OnDone<StartedWorkflow> done) const;
  void signal_with_start(std::string workflow_type, StartOptions options, std::vector<Payload> arguments,
                         std::string signal, std::vector<Payload> signal_arguments,
                         detail::OnDone<StartedWorkflow> done) const;
  void update_with_start(std::string workflow_type, StartOptions options, std::vector<Payload> arguments,
                         std::string update, UpdateOptions update_options, std::vector<Payload> update_arguments,
                         detail::OnDone<StartedWorkflowWithUpdate> done, std::stop_token given_up) const;

  std::shared_ptr<detail::Session> session_;
};

}  // namespace temporal::client
