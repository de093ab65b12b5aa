#pragma once

#include <temporal/client/workflow_description.h>
#include <temporal/common/function_traits.h>
#include <temporal/common/future.h>
#include <temporal/common/payload.h>
#include <temporal/converter/payload_converter.h>

#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace temporal::client::detail {

class Session;

/// How a call ended: a failure, or what it gave.
struct Outcome {
  std::exception_ptr failure = {};
  std::vector<Payload> values = {};
};

/// Runs once, on a thread of the connection: must not block or throw.
using OnOutcome = std::function<void(Outcome)>;

/// Hands an outcome to a promise. It is decoded by the thread that asks the future.
template <class R>
OnOutcome deliver(const temporal::detail::Promise<R>& promise) {
  return [promise](Outcome outcome) {
    promise.settle([outcome = std::move(outcome)]() -> R {
      if (outcome.failure) std::rethrow_exception(outcome.failure);
      if constexpr (!std::is_void_v<R>) {
        return converter::from_payload<R>(outcome.values.empty() ? converter::null_payload() : outcome.values.front());
      }
    });
  };
}

/// The payloads of a call of `Function`, in its own parameter types, so that 1 becomes 1.0 for a double.
template <auto Function, class... A>
std::vector<Payload> arguments_of(A&&... arguments) {
  using Arguments = typename temporal::detail::FunctionTraits<Function>::Arguments;
  static_assert(sizeof...(A) == std::tuple_size_v<Arguments>, "one argument for each parameter of the function");
  return std::apply([](const auto&... argument) { return converter::to_payloads(argument...); },
                    Arguments{std::forward<A>(arguments)...});
}

/// Which execution a call means.
struct WorkflowKey {
  std::string id = {};
  std::string run_id = {};        ///< where waiting for the result begins; empty: the latest run
  std::string first_run_id = {};  ///< set for one that was started here: calls go to the latest run of its chain
};

/// One workflow execution, with its types erased.
class WorkflowRef {
 public:
  WorkflowRef() = default;
  WorkflowRef(std::shared_ptr<Session> session, WorkflowKey key) : session_(std::move(session)), key_(std::move(key)) {}

  [[nodiscard]] const std::string& id() const noexcept { return key_.id; }
  [[nodiscard]] const std::string& run_id() const noexcept { return key_.run_id; }

  void result(OnOutcome done) const;
  void signal(std::string name, std::vector<Payload> arguments, OnOutcome done) const;
  void query(std::string name, std::vector<Payload> arguments, OnOutcome done) const;
  void update(std::string name, std::vector<Payload> arguments, OnOutcome done) const;
  void cancel(OnOutcome done) const;
  void terminate(std::string reason, OnOutcome done) const;
  [[nodiscard]] Future<WorkflowDescription> describe() const;
  [[nodiscard]] Future<WorkflowHistory> fetch_history() const;

 private:
  std::shared_ptr<Session> session_;
  WorkflowKey key_;
};

}  // namespace temporal::client::detail
