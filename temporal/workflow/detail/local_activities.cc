#include <temporal/workflow/detail/local_activities.h>

#include <temporal/common/failure_errors.h>
#include <temporal/converter/failure.h>
#include <temporal/converter/proto_payload.h>
#include <temporal/workflow/detail/activity_options.h>
#include <temporal/workflow/detail/context.h>

#include <exception>
#include <utility>

namespace temporal::workflow::detail {

class LocalActivities::Attempt final : public PendingCommand {
 public:
  Attempt(std::uint32_t sequence, Context& context) noexcept : PendingCommand(sequence), context_(context) {}

  std::optional<BackOff> back_off;  ///< set when the outcome is another attempt

 private:
  void on_cancel(const std::string& /*reason*/) override {
    context_.commands.add().mutable_request_cancel_local_activity()->set_seq(sequence);
  }
  Context& context_;
};

std::shared_ptr<LocalActivity> LocalActivities::start(ScheduleLocalActivityInput input) {
  check(Check{context_.commands, "local activity", input.activity_type}, input.options)
      .duration("local_retry_threshold", input.options.local_retry_threshold)
      .error_types(input.options.retry_policy)  // core makes the best of the rest
      .keys("a header", input.headers);
  context_.commands.require_writable();
  auto activity = std::make_shared<LocalActivity>(input.activity_type);
  activity->scope = Scope::child_of(context_.scheduler.scope);
  context_.scheduler.start(run(activity, {.input = std::move(input)}), activity->scope, context_.scheduler.lifetime);
  return activity;
}

Routine LocalActivities::run(std::shared_ptr<LocalActivity> activity, Call call) {
  Payload result;
  std::exception_ptr failure;
  try {
    auto attempt = schedule(call, {});
    co_await Wait{attempt};
    while (attempt->back_off) {
      co_await Wait{context_.timers.start(attempt->back_off->wait, {})};
      attempt = schedule(call, attempt->back_off);
      co_await Wait{attempt};
    }
    result = attempt->result();
  } catch (const CancelledError&) {  // before the first attempt, or between two
    failure = cancelled_activity(call.input.activity_type, call.id, std::current_exception());
  } catch (const ActivityError&) {
    failure = std::current_exception();
  } catch (...) {  // core gives the last attempt's own failure
    failure = std::make_exception_ptr(ActivityError{"Activity task failed",
                                                    {.activity_type = call.input.activity_type, .activity_id = call.id},
                                                    std::current_exception()});
  }
  activity->scope->detach();
  activity->resolve(context_.scheduler, std::move(result), failure);
}

std::shared_ptr<LocalActivities::Attempt> LocalActivities::schedule(Call& call,
                                                                    const std::optional<BackOff>& previous) {
  auto attempt = running_.add(context_.commands, context_);
  const auto& options = call.input.options;
  if (call.id.empty()) call.id = options.activity_id.empty() ? std::to_string(attempt->sequence) : options.activity_id;
  const auto& scope = context_.scheduler.scope;
  if (!scope->attach(*attempt)) {
    running_.take(attempt->sequence)
        ->resolve(context_.scheduler, {}, cancelled_error("local activity", scope->reason()));
    return attempt;
  }
  auto& command = context_.commands.add();
  auto& schedule = *command.mutable_schedule_local_activity();
  schedule.set_seq(attempt->sequence);
  schedule.set_activity_id(call.id);
  schedule.set_activity_type(call.input.activity_type);
  converter::set_payloads(*schedule.mutable_arguments(), call.input.arguments);
  converter::set_payload_map(*schedule.mutable_headers(), call.input.headers);
  schedule.set_attempt(previous ? previous->attempt : 1);
  if (previous) converter::set_timestamp(*schedule.mutable_original_schedule_time(), previous->original_schedule_time);
  set_activity_options(schedule, options);
  if (options.local_retry_threshold) {
    converter::set_duration(*schedule.mutable_local_retry_threshold(), *options.local_retry_threshold);
  }
  set_metadata(command, options.summary);
  return attempt;
}

void LocalActivities::resolve(std::uint32_t sequence, const coresdk::activity_result::ActivityResolution& outcome) {
  const auto attempt = running_.take(sequence);
  if (!attempt) return;
  if (outcome.has_backoff()) {
    const auto& next = outcome.backoff();
    attempt->back_off = BackOff{.attempt = next.attempt(),
                                .wait = converter::to_duration(next.backoff_duration()),
                                .original_schedule_time = converter::to_timestamp(next.original_schedule_time())};
    attempt->resolve(context_.scheduler);
  } else if (outcome.has_completed()) {
    attempt->resolve(context_.scheduler, converter::to_payload(outcome.completed().result()));
  } else {
    const auto& failure = outcome.has_cancelled() ? outcome.cancelled().failure() : outcome.failed().failure();
    attempt->resolve(context_.scheduler, {}, converter::from_failure(failure));
  }
}

std::shared_ptr<LocalActivity> schedule_local_activity(std::string_view activity_type, LocalActivityOptions options,
                                                       std::vector<Payload> arguments) {
  auto& context = Context::current();
  ScheduleLocalActivityInput input{
      .activity_type = std::string{activity_type}, .options = std::move(options), .arguments = std::move(arguments)};
  if (auto* const first = context.interception.outbound()) first->schedule_local_activity(input);
  return context.local_activities.start(std::move(input));
}

}  // namespace temporal::workflow::detail
