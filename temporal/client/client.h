#pragma once

#include <temporal/client/connect_options.h>
#include <temporal/client/start_options.h>
#include <temporal/client/workflow_handle.h>
#include <temporal/common/errors.h>
#include <temporal/common/function_traits.h>
#include <temporal/common/future.h>
#include <temporal/common/registered_name.h>

#include <exception>
#include <functional>
#include <memory>
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

namespace detail {

class Session;

template <auto Workflow>
using WorkflowResult = temporal::detail::task_result<typename temporal::detail::FunctionTraits<Workflow>::Result>;

/// A function's own name, or for a run member the name of its class.
template <auto Workflow>
std::string workflow_type() {
  using Traits = temporal::detail::FunctionTraits<Workflow>;
  if constexpr (Traits::is_member) {
    return std::string{registered_type_name<typename Traits::Class>};
  } else {
    return std::string{registered_name<Workflow>};
  }
}

}  // namespace detail

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
  Future<WorkflowHandle<detail::WorkflowResult<Workflow>>> start(StartOptions options, A&&... arguments) const {
    return start<detail::WorkflowResult<Workflow>>(detail::workflow_type<Workflow>(), std::move(options),
                                                   detail::arguments_of<Workflow>(std::forward<A>(arguments)...));
  }

  /// Starts a workflow that is known by name only: `client.start<std::string>("hello", options, to_payloads("Ann"))`.
  template <class R = RawValue>
  Future<WorkflowHandle<R>> start(std::string workflow_type, StartOptions options,
                                  std::vector<Payload> arguments = {}) const {
    const temporal::detail::Promise<WorkflowHandle<R>> promise;
    start(std::move(workflow_type), std::move(options), std::move(arguments),
          [promise](std::exception_ptr failure, detail::WorkflowRef workflow) {
            if (failure) return promise.set_exception(std::move(failure));
            promise.set_value(WorkflowHandle<R>{std::move(workflow)});
          });
    return promise.future();
  }

  /// Starts a workflow and waits for its result: `start` and `WorkflowHandle::result` in one, with their errors.
  template <auto Workflow, class... A>
  Future<detail::WorkflowResult<Workflow>> execute(StartOptions options, A&&... arguments) const {
    return execute<detail::WorkflowResult<Workflow>>(detail::workflow_type<Workflow>(), std::move(options),
                                                     detail::arguments_of<Workflow>(std::forward<A>(arguments)...));
  }

  /// The same for a workflow that is known by name only.
  template <class R = RawValue>
  Future<R> execute(std::string workflow_type, StartOptions options, std::vector<Payload> arguments = {}) const {
    const temporal::detail::Promise<R> promise;
    start(std::move(workflow_type), std::move(options), std::move(arguments),
          [promise](std::exception_ptr failure, const detail::WorkflowRef& workflow) {
            if (failure) return promise.set_exception(std::move(failure));
            workflow.result(detail::deliver(promise));
          });
    return promise.future();
  }

  /// A handle to a workflow that was started elsewhere. Asks nobody: calls on the handle fail if there is none.
  template <auto Workflow>
  [[nodiscard]] WorkflowHandle<detail::WorkflowResult<Workflow>> workflow_handle(std::string id,
                                                                                 std::string run_id = {}) const {
    return workflow_handle<detail::WorkflowResult<Workflow>>(std::move(id), std::move(run_id));
  }
  template <class R = RawValue>
  [[nodiscard]] WorkflowHandle<R> workflow_handle(std::string id, std::string run_id = {}) const {
    return WorkflowHandle<R>{detail::WorkflowRef{session_, {.id = std::move(id), .run_id = std::move(run_id)}}};
  }

  /// Asks the server for a sign of life, without a retry.
  /// @throws ConnectionError or RpcError.
  void probe(Duration timeout) const;

  [[nodiscard]] const ConnectOptions& options() const noexcept;
  /// The one that was chosen, or "<pid>@<host>".
  [[nodiscard]] const std::string& identity() const noexcept;

  /// For the other rooms of this library.
  explicit Client(std::shared_ptr<detail::Session> session) noexcept : session_(std::move(session)) {}
  [[nodiscard]] const std::shared_ptr<detail::Session>& session() const noexcept { return session_; }

 private:
  void start(std::string workflow_type, StartOptions options, std::vector<Payload> arguments,
             std::function<void(std::exception_ptr, detail::WorkflowRef)> done) const;

  std::shared_ptr<detail::Session> session_;
};

}  // namespace temporal::client
