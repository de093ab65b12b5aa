#pragma once

#include <temporal/client/query_options.h>
#include <temporal/client/start_options.h>
#include <temporal/client/started.h>
#include <temporal/client/workflow_description.h>
#include <temporal/client/workflow_update_handle.h>
#include <temporal/common/headers.h>
#include <temporal/common/interceptor_chain.h>
#include <temporal/common/payload.h>
#include <temporal/common/task.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

/// \file
/// What an interceptor sees of a client: what it asks for, and how that ended.

namespace temporal::client {

/// The signal of a signal-with-start.
struct StartSignal {
  std::string name = {};
  std::vector<Payload> arguments = {};
};

/// A workflow is to be started. The options are checked behind the last link, which may complete them: around a link it
/// is the future that throws the `ConfigurationError` of bad ones.
struct StartWorkflowInput {
  std::string workflow_type = {};
  StartOptions options = {};
  std::vector<Payload> arguments = {};
  Headers headers = {};                    ///< reach the workflow, and the signal too
  std::optional<StartSignal> signal = {};  ///< set: a signal-with-start
};

struct SignalWorkflowInput {
  std::string workflow_id = {};
  std::string run_id = {};  ///< empty: the latest
  std::string name = {};
  std::vector<Payload> arguments = {};
  Headers headers = {};
};

struct QueryWorkflowInput {
  std::string workflow_id = {};
  std::string run_id = {};  ///< empty: the latest
  std::string name = {};
  QueryOptions options = {};
  std::vector<Payload> arguments = {};
  Headers headers = {};
};

struct StartUpdateInput {
  std::string workflow_id = {};
  std::string run_id = {};        ///< empty: the latest
  std::string first_run_id = {};  ///< not empty: the run has to be of the chain that began with this one
  std::string name = {};
  UpdateOptions options = {};
  std::vector<Payload> arguments = {};
  Headers headers = {};
};

/// A start and an update in one step, each with its headers. The update goes to the workflow of the start, whatever its
/// own ids say.
struct UpdateWithStartInput {
  StartWorkflowInput start = {};
  StartUpdateInput update = {};
};

// Headers do not travel with these.

struct CancelWorkflowInput {
  std::string workflow_id = {};
  std::string run_id = {};        ///< empty: the latest
  std::string first_run_id = {};  ///< not empty: the run has to be of the chain that began with this one
  std::string reason = {};
};

struct TerminateWorkflowInput {
  std::string workflow_id = {};
  std::string run_id = {};        ///< empty: the latest
  std::string first_run_id = {};  ///< not empty: the run has to be of the chain that began with this one
  std::string reason = {};
};

struct DescribeWorkflowInput {
  std::string workflow_id = {};
  std::string run_id = {};  ///< empty: the latest
};

/// One link of the chain around the calls of one client. Derive from it and override what is of interest; call the
/// function of this class to hand on. What is changed in the input is what is asked for, and what is put into the
/// headers travels along. The task gives what the call gave and throws what it failed with, `RpcError` and others; a
/// link may give or throw something else, without handing on too.
///
/// A call begins on the thread that makes it. After a `co_await` its links go on on a pool of threads that all
/// interceptors of clients share, where they may take their time; the call ends when the first link does. Thread-safe,
/// as calls are made from several threads: what belongs to one call belongs into its coroutine.
///
/// ```cpp
/// Task<client::StartedWorkflow> start_workflow(client::StartWorkflowInput input) override {
///   const Stopwatch watch{input.workflow_type};
///   input.headers["tenant"] = converter::to_payload("acme");
///   co_return co_await CallInterceptor::start_workflow(std::move(input));
/// }
/// ```
class CallInterceptor : public InterceptorLink<CallInterceptor> {
 public:
  /// `Client::start`, `execute` and `signal_with_start`.
  virtual Task<StartedWorkflow> start_workflow(StartWorkflowInput input) {
    return next().start_workflow(std::move(input));
  }
  virtual Task<StartedWorkflowWithUpdate> update_with_start(UpdateWithStartInput input) {
    return next().update_with_start(std::move(input));
  }
  virtual Task<void> signal_workflow(SignalWorkflowInput input) { return next().signal_workflow(std::move(input)); }
  virtual Task<Payload> query_workflow(QueryWorkflowInput input) { return next().query_workflow(std::move(input)); }
  /// `WorkflowHandle::start_update` and `update`.
  virtual Task<StartedUpdate> start_update(StartUpdateInput input) { return next().start_update(std::move(input)); }
  virtual Task<void> cancel_workflow(CancelWorkflowInput input) { return next().cancel_workflow(std::move(input)); }
  virtual Task<void> terminate_workflow(TerminateWorkflowInput input) {
    return next().terminate_workflow(std::move(input));
  }
  virtual Task<WorkflowDescription> describe_workflow(DescribeWorkflowInput input) {
    return next().describe_workflow(std::move(input));
  }
};

/// The client that calls.
struct ClientInfo {
  std::string namespace_ = {};
  std::string identity = {};
};

/// Makes the interceptors of clients, for `ConnectOptions::interceptors`. Thread-safe. A class may derive from this and
/// from `worker::Interceptor`: the same object is then put into the options of both.
class Interceptor : public InterceptorBase {
 public:
  /// Called when a client is made, also by `Client::with_rpc_options`, which throws what this throws. The link lives as
  /// long as the client and its calls. Null: this client is of no interest.
  virtual std::unique_ptr<CallInterceptor> intercept_client(const ClientInfo& /*info*/) { return nullptr; }
};

}  // namespace temporal::client
