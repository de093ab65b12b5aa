#pragma once

#include <temporal/common/function_traits.h>
#include <temporal/common/payload.h>
#include <temporal/common/registered_name.h>
#include <temporal/converter/payload_converter.h>
#include <temporal/workflow/task.h>

#include <concepts>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

/// \file
/// Other workflows of the namespace, as workflow code sees them. For workflow code alone: what is asked for throws
/// `std::logic_error` outside of a workflow. Not thread-safe.
///
/// ```cpp
/// auto stock = workflow::external_workflow_handle<&Stock::run>("stock");
/// co_await stock.signal<&Stock::reserve>(item);
/// ```

namespace temporal::workflow {
namespace detail {

struct SignalTarget {
  std::string workflow_id = {};
  std::string run_id = {};
  bool is_child = false;  ///< the signal then goes to the child of this workflow, and to no other workflow of that id
};

Task<> signal_workflow(SignalTarget target, std::string signal_name, std::vector<Payload> arguments);
Task<> cancel_external_workflow(std::string workflow_id, std::string run_id, std::string reason);

}  // namespace detail

/// A workflow that this one has not started. A value; asks nobody by itself. `Workflow` is its class, or void.
/// Its tasks are lazy and throw `ApplicationError` when there is no such workflow.
template <class Workflow = void>
class ExternalWorkflowHandle {
 public:
  ExternalWorkflowHandle(std::string id, std::string run_id) : id_(std::move(id)), run_id_(std::move(run_id)) {}

  [[nodiscard]] const std::string& id() const noexcept { return id_; }
  /// Empty: the latest run.
  [[nodiscard]] const std::string& run_id() const noexcept { return run_id_; }

  /// Sends the signal that the member function `Signal` handles.
  template <auto Signal, class... A>
  Task<> signal(A&&... arguments) const {
    using Traits = temporal::detail::FunctionTraits<Signal>;
    static_assert(std::is_void_v<Workflow> || std::derived_from<Workflow, typename Traits::Class>,
                  "the signal is handled by another workflow");
    return signal(std::string{registered_name<Signal>},
                  converter::to_payloads_as<typename Traits::Arguments>(std::forward<A>(arguments)...));
  }
  /// Sends a signal that is known by name only.
  Task<> signal(std::string name, std::vector<Payload> arguments) const {
    return detail::signal_workflow({.workflow_id = id_, .run_id = run_id_}, std::move(name), std::move(arguments));
  }

  /// Asks the workflow to cancel; done when the request has arrived. It is sent even when this workflow is cancelled.
  Task<> cancel(std::string reason = {}) const {
    return detail::cancel_external_workflow(id_, run_id_, std::move(reason));
  }

 private:
  std::string id_;
  std::string run_id_;
};

/// A handle to another workflow, named by its run function.
template <auto Run>
[[nodiscard]] ExternalWorkflowHandle<typename temporal::detail::FunctionTraits<Run>::Class> external_workflow_handle(
    std::string id, std::string run_id = {}) {
  return {std::move(id), std::move(run_id)};
}
/// A handle to a workflow whose signals are known by name only.
[[nodiscard]] inline ExternalWorkflowHandle<> external_workflow_handle(std::string id, std::string run_id = {}) {
  return {std::move(id), std::move(run_id)};
}

}  // namespace temporal::workflow
