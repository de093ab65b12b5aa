#include <temporal/client/detail/interception.h>

#include <temporal/client/detail/send.h>
#include <temporal/client/detail/session.h>

#include <algorithm>
#include <memory>
#include <thread>
#include <utility>

namespace temporal::client::detail {

/// Sends the call.
class Interception::Innermost final : public CallInterceptor {
 public:
  explicit Innermost(Session& session) noexcept : session_(session) {}

  Task<StartedWorkflow> start_workflow(StartWorkflowInput input) override {
    return outcome_of<StartedWorkflow>(std::move(input));
  }
  Task<StartedWorkflowWithUpdate> update_with_start(UpdateWithStartInput input) override {
    return outcome_of<StartedWorkflowWithUpdate>(std::move(input));
  }
  Task<void> signal_workflow(SignalWorkflowInput input) override { return outcome_of<void>(std::move(input)); }
  Task<Payload> query_workflow(QueryWorkflowInput input) override { return outcome_of<Payload>(std::move(input)); }
  Task<StartedUpdate> start_update(StartUpdateInput input) override {
    return outcome_of<StartedUpdate>(std::move(input));
  }
  Task<void> cancel_workflow(CancelWorkflowInput input) override { return outcome_of<void>(std::move(input)); }
  Task<void> terminate_workflow(TerminateWorkflowInput input) override { return outcome_of<void>(std::move(input)); }
  Task<WorkflowDescription> describe_workflow(DescribeWorkflowInput input) override {
    return outcome_of<WorkflowDescription>(std::move(input));
  }

 private:
  template <class T, class Input>
  Task<T> outcome_of(Input input) {
    auto given_up = co_await this_task::stop_token();
    const temporal::detail::Promise<T> promise;
    send(session_.shared_from_this(), std::move(input), settle(promise), std::move(given_up));
    co_return co_await promise.future();
  }

  Session& session_;
};

Interception::Interception(Session& session) {
  const ClientInfo info{.namespace_ = session.sender().namespace_, .identity = session.sender().identity};
  for (const auto& interceptor : session.options().interceptors) chain_.add(interceptor->intercept_client(info));
  if (!chain_.empty()) chain_.add(std::make_unique<Innermost>(session));
}

Executor& interceptor_executor() {
  // Never destroyed: calls may still be under way when the process ends.
  static auto& pool = *new ThreadPool{std::max(1U, std::thread::hardware_concurrency())};
  return pool;
}

}  // namespace temporal::client::detail
