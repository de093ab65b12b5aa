#pragma once

#include <temporal/common/function_traits.h>
#include <temporal/common/payload.h>
#include <temporal/common/registered_name.h>
#include <temporal/converter/payload_converter.h>
#include <temporal/workflow/child_workflow_options.h>
#include <temporal/workflow/detail/handle.h>
#include <temporal/workflow/detail/pending.h>
#include <temporal/workflow/detail/require_writable.h>
#include <temporal/workflow/detail/result.h>
#include <temporal/workflow/detail/typed_call.h>
#include <temporal/workflow/external_workflow.h>
#include <temporal/workflow/task.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

/// \file
/// Child workflows. See https://docs.temporal.io/child-workflows. For workflow code alone: what is asked for throws
/// `std::logic_error` outside of a workflow, and in a query handler or a validator. Not thread-safe.
///
/// ```cpp
/// auto shipment = co_await workflow::start_child_workflow<&Shipment::run>({.id = "shipment-7"}, address);
/// co_await shipment.signal<&Shipment::hurry>();
/// Receipt receipt = co_await shipment;
/// ```

namespace temporal::workflow {
namespace detail {

/// A child workflow that was asked for. It is resolved when the child has ended, `started` before that.
class Child : public PendingCommand {
 public:
  Child(std::uint32_t sequence, std::string id) : PendingCommand(sequence), id(std::move(id)) {}

  const std::string id;
  std::string run_id;  ///< empty until it has started
  Pending started;
};

std::shared_ptr<Child> request_child_workflow(std::string_view workflow_type, const ChildWorkflowOptions& options,
                                              std::vector<Payload> arguments);

}  // namespace detail

/// A child workflow that has started and gives an `R`. Await it for its result: that throws `ChildWorkflowError`, whose
/// cause says what went wrong. Cheap to copy; copies mean the same child. Never leaves its workflow.
template <class R>
class ChildWorkflowHandle : public detail::Handle {
 public:
  explicit ChildWorkflowHandle(std::shared_ptr<detail::Child> child) noexcept
      : Handle(child), child_(std::move(child)) {}

  [[nodiscard]] const std::string& id() const noexcept { return child_->id; }
  /// Of the first run, also when the child has continued as new.
  [[nodiscard]] const std::string& run_id() const noexcept { return child_->run_id; }

  auto operator co_await() const noexcept { return detail::ResultAwaiter<R>{child_}; }

  /// Sends the signal that the member function `Signal` handles: `co_await child.signal<&Shipment::hurry>()`.
  /// Lazy; the task throws `ApplicationError` when the child has ended.
  template <auto Signal, class... A>
  Task<> signal(A&&... arguments) const {
    using Parameters = typename temporal::detail::FunctionTraits<Signal>::Arguments;
    return signal(std::string{registered_name<Signal>},
                  converter::to_payloads_as<Parameters>(std::forward<A>(arguments)...));
  }
  /// Sends a signal that is known by name only.
  Task<> signal(std::string name, std::vector<Payload> arguments) const {
    return detail::signal_workflow({.workflow_id = child_->id, .is_child = true}, std::move(name),
                                   std::move(arguments));
  }

  /// Asks the child to cancel. How this workflow sees it: `ChildWorkflowOptions::cancellation_type`.
  void cancel(const std::string& reason = {}) const {
    detail::require_writable();
    detail::require_text("the reason of a cancellation", reason);
    child_->cancel(reason);
  }

 private:
  std::shared_ptr<detail::Child> child_;
};

/// A child workflow that is being started. Await it for its handle: that throws `ChildWorkflowError`, caused by
/// `WorkflowAlreadyStartedError` when its id is in use and by `CancelledError` when it was cancelled first.
///
/// A workflow that ends before it has awaited this takes the child with it, whatever its parent close policy.
template <class R>
class [[nodiscard("await it: a child that nobody has seen start may never exist")]] ChildWorkflowStart
    : public detail::Handle {
 public:
  explicit ChildWorkflowStart(std::shared_ptr<detail::Child> child) noexcept
      : Handle(std::shared_ptr<detail::Pending>{child, &child->started}), child_(std::move(child)) {}

  auto operator co_await() const noexcept {
    struct Awaiter : detail::PendingAwaiter {
      Awaiter(std::shared_ptr<detail::Pending> started, std::shared_ptr<detail::Child> child) noexcept
          : PendingAwaiter(std::move(started)), child(std::move(child)) {}
      ChildWorkflowHandle<R> await_resume() const {
        (void)PendingAwaiter::await_resume();
        return ChildWorkflowHandle<R>{child};
      }
      std::shared_ptr<detail::Child> child;
    };
    return Awaiter{pending(), child_};
  }

  void cancel(const std::string& reason = {}) const {
    detail::require_writable();
    detail::require_text("the reason of a cancellation", reason);
    child_->cancel(reason);
  }

 private:
  std::shared_ptr<detail::Child> child_;
};

/// Starts a child workflow that is known by name only.
template <class R>
ChildWorkflowStart<R> start_child_workflow_named(std::string_view workflow_type, const ChildWorkflowOptions& options,
                                                 std::vector<Payload> arguments) {
  return ChildWorkflowStart<R>{detail::request_child_workflow(workflow_type, options, std::move(arguments))};
}

/// Runs a child workflow that is known by name only.
template <class R>
Task<R> execute_child_workflow_named(std::string workflow_type, ChildWorkflowOptions options,
                                     std::vector<Payload> arguments) {
  co_return co_await ChildWorkflowHandle<R>{
      detail::request_child_workflow(workflow_type, options, std::move(arguments))};
}

namespace detail {

struct StartChildWorkflow {
  using Options = const ChildWorkflowOptions&;
  template <auto Run>
  static constexpr std::string_view name = temporal::detail::workflow_name<Run>();
  template <class Result>
  static ChildWorkflowStart<Result> call(std::string_view type, Options options, std::vector<Payload> arguments) {
    return start_child_workflow_named<Result>(type, options, std::move(arguments));
  }
};

struct ExecuteChildWorkflow : StartChildWorkflow {
  using Options = ChildWorkflowOptions;
  template <class Result>
  static Task<Result> call(std::string_view type, Options options, std::vector<Payload> arguments) {
    return execute_child_workflow_named<Result>(std::string{type}, std::move(options), std::move(arguments));
  }
};

}  // namespace detail

/// Starts the child workflow `Run` at once; await what it gives for the handle.
template <auto Run>
inline constexpr detail::TypedCall<detail::StartChildWorkflow, Run> start_child_workflow;

/// Runs the child workflow `Run` and gives its result. Lazy: it is started when it is awaited.
/// `co_await execute_child_workflow<&Shipment::run>({}, address)` throws `ChildWorkflowError`.
template <auto Run>
inline constexpr detail::TypedCall<detail::ExecuteChildWorkflow, Run> execute_child_workflow;

}  // namespace temporal::workflow
