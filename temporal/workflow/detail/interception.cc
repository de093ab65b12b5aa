#include <temporal/workflow/detail/interception.h>

#include <temporal/workflow/detail/context.h>

#include <memory>

namespace temporal::workflow::detail {

/// The workflow itself, as the last link.
class Interception::Innermost final : public RunInterceptor {
 public:
  explicit Innermost(Context& context) noexcept : context_(context) {}

  Task<Payload> execute(ExecuteInput input) override {
    return context_.definition.run(context_.object.get(), input.arguments);
  }
  Task<Payload> handle_signal(SignalInput input) override {
    return context_.handlers.call(input.handler, input.name, input.arguments);
  }
  Task<Payload> handle_update(UpdateInput input) override {
    return input.handler.run(context_.object.get(), input.name, input.arguments);
  }
  Payload handle_query(const QueryInput& input) override {
    return input.handler(context_.object.get(), input.name, input.arguments);
  }
  void validate_update(const UpdateInput& input) override {
    if (input.handler.validate != nullptr) {
      input.handler.validate(context_.object.get(), input.name, input.arguments);
    }
  }
  void schedule_activity(ScheduleActivityInput& /*input*/) override {}
  void schedule_local_activity(ScheduleLocalActivityInput& /*input*/) override {}
  void start_child_workflow(StartChildWorkflowInput& /*input*/) override {}
  void signal_workflow(SignalWorkflowInput& /*input*/) override {}
  void cancel_external_workflow(CancelExternalWorkflowInput& /*input*/) override {}
  void start_timer(StartTimerInput& /*input*/) override {}
  void continue_as_new(ContinueAsNewInput& /*input*/) override {}

 private:
  Context& context_;
};

Interception::Interception(Context& context) : context_(context) {
  for (const auto& interceptor : context.options.interceptors) {
    chain_.add(interceptor->intercept_workflow(context.facts.info));
  }
  if (!chain_.empty()) chain_.add(std::make_unique<Innermost>(context));
}

RunInterceptor* Interception::outbound() const noexcept { return context_.commands.closed() ? nullptr : first(); }

}  // namespace temporal::workflow::detail

bool temporal::workflow::ends_run(const std::exception_ptr& failure) {
  return detail::Context::current().outcome.ends_run(failure);
}
