#include <temporal/workflow/detail/activities.h>

#include <temporal/common/failure_errors.h>
#include <temporal/converter/failure.h>
#include <temporal/converter/payload_converter.h>
#include <temporal/converter/proto_payload.h>
#include <temporal/workflow/detail/activity_options.h>
#include <temporal/workflow/detail/context.h>

#include <string>
#include <utility>

namespace temporal::workflow::detail {

std::exception_ptr cancelled_activity(std::string_view type, const std::string& id, std::exception_ptr cause) {
  return std::make_exception_ptr(ActivityError{
      "Activity cancelled",
      {.activity_type = std::string{type}, .activity_id = id, .retry_state = RetryState::cancel_requested},
      std::move(cause)});
}

class Activities::Activity final : public PendingCommand {
 public:
  Activity(std::uint32_t sequence, Context& context, std::string_view type)
      : PendingCommand(sequence), context_(context), type_(type) {}

  [[nodiscard]] std::string subject() const override { return "activity " + type_; }

 private:
  void on_cancel(const std::string& /*reason*/) override {
    context_.commands.add().mutable_request_cancel_activity()->set_seq(sequence);
  }
  Context& context_;
  const std::string type_;
};

std::shared_ptr<PendingCommand> Activities::schedule(std::string_view type, const ActivityOptions& options,
                                                     std::vector<Payload> arguments, Headers headers) {
  check(Check{context_.commands, "activity", type}, options)
      .text("task_queue", options.task_queue)
      .retry_policy(options.retry_policy)
      .duration("heartbeat_timeout", options.heartbeat_timeout)
      .priority(options.priority)
      .keys("a header", headers);
  auto activity = running_.add(context_.commands, context_, type);
  auto id = options.activity_id.empty() ? std::to_string(activity->sequence) : options.activity_id;
  const auto& scope = context_.scheduler.scope;
  if (!scope->attach(*activity)) {
    running_.take(activity->sequence)
        ->resolve(context_.scheduler, {}, cancelled_activity(type, id, cancelled_error("activity", scope->reason())));
    return activity;
  }

  auto& command = context_.commands.add();
  auto& schedule = *command.mutable_schedule_activity();
  schedule.set_seq(activity->sequence);
  schedule.set_activity_id(std::move(id));
  schedule.set_activity_type(std::string{type});
  schedule.set_task_queue(options.task_queue.empty() ? context_.facts.info.task_queue : options.task_queue);
  converter::set_payloads(*schedule.mutable_arguments(), std::move(arguments));
  converter::set_payload_map(*schedule.mutable_headers(), std::move(headers));
  set_activity_options(schedule, options);
  if (options.heartbeat_timeout)
    converter::set_duration(*schedule.mutable_heartbeat_timeout(), *options.heartbeat_timeout);
  schedule.set_do_not_eagerly_execute(context_.options.disable_eager_activity_execution);
  schedule.set_versioning_intent(to_proto(options.versioning_intent));
  if (options.priority != Priority{}) *schedule.mutable_priority() = converter::to_proto(options.priority);
  set_metadata(command, options.summary);
  return activity;
}

void Activities::resolve(std::uint32_t sequence, const coresdk::activity_result::ActivityResolution& outcome) {
  const auto activity = running_.take(sequence);
  if (!activity) return;
  if (outcome.has_completed()) {
    activity->resolve(context_.scheduler, converter::to_payload(outcome.completed().result()));
  } else {
    const auto& failure = outcome.has_cancelled() ? outcome.cancelled().failure() : outcome.failed().failure();
    activity->resolve(context_.scheduler, {}, converter::from_failure(failure));
  }
}

std::shared_ptr<PendingCommand> schedule_activity(std::string_view activity_type, const ActivityOptions& options,
                                                  std::vector<Payload> arguments) {
  auto& context = Context::current();
  auto* const first = context.interception.outbound();
  if (first == nullptr) {
    return context.activities.schedule(activity_type, options, std::move(arguments), {});
  }
  ScheduleActivityInput input{
      .activity_type = std::string{activity_type}, .options = options, .arguments = std::move(arguments)};
  first->schedule_activity(input);
  return context.activities.schedule(input.activity_type, input.options, std::move(input.arguments),
                                     std::move(input.headers));
}

}  // namespace temporal::workflow::detail
