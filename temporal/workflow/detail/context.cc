#include <temporal/workflow/detail/context.h>

#include <temporal/common/errors.h>
#include <temporal/converter/proto_payload.h>

#include <stdexcept>
#include <utility>

namespace temporal::workflow::detail {
namespace {

thread_local Context* current_context = nullptr;

coresdk::workflow_commands::ActivityCancellationType to_proto(ActivityCancellationType type) {
  switch (type) {
    case ActivityCancellationType::try_cancel:
      return coresdk::workflow_commands::TRY_CANCEL;
    case ActivityCancellationType::wait_cancellation_completed:
      return coresdk::workflow_commands::WAIT_CANCELLATION_COMPLETED;
    case ActivityCancellationType::abandon:
      return coresdk::workflow_commands::ABANDON;
  }
  return coresdk::workflow_commands::TRY_CANCEL;
}

std::exception_ptr cancelled(const char* message) { return std::make_exception_ptr(CancelledError{message}); }

}  // namespace

Context& Context::current() {
  if (current_context == nullptr) throw std::logic_error("called outside of a workflow");
  return *current_context;
}

Context::Scope::Scope(Context& context) : previous_(std::exchange(current_context, &context)) {}
Context::Scope::~Scope() { current_context = previous_; }

Scheduled Context::schedule_activity(std::string_view type, const ActivityOptions& options,
                                     std::vector<Payload> input) {
  if (!options.start_to_close_timeout && !options.schedule_to_close_timeout) {
    throw std::invalid_argument("activity " + std::string{type} +
                                ": set start_to_close_timeout or schedule_to_close_timeout in its ActivityOptions");
  }
  Scheduled scheduled{std::make_shared<Pending>(), ++next_activity_};
  if (closing) return scheduled;

  auto& command = add_command();
  auto& activity = *command.mutable_schedule_activity();
  activity.set_seq(scheduled.sequence);
  activity.set_activity_id(options.activity_id.empty() ? std::to_string(scheduled.sequence) : options.activity_id);
  activity.set_activity_type(std::string{type});
  activity.set_task_queue(options.task_queue.empty() ? info.task_queue : options.task_queue);
  converter::set_payloads(*activity.mutable_arguments(), std::move(input));
  using converter::set_duration;
  if (options.schedule_to_close_timeout) {
    set_duration(*activity.mutable_schedule_to_close_timeout(), *options.schedule_to_close_timeout);
  }
  if (options.schedule_to_start_timeout) {
    set_duration(*activity.mutable_schedule_to_start_timeout(), *options.schedule_to_start_timeout);
  }
  if (options.start_to_close_timeout) {
    set_duration(*activity.mutable_start_to_close_timeout(), *options.start_to_close_timeout);
  }
  if (options.heartbeat_timeout) set_duration(*activity.mutable_heartbeat_timeout(), *options.heartbeat_timeout);
  if (options.retry_policy) *activity.mutable_retry_policy() = converter::to_proto(*options.retry_policy);
  activity.set_cancellation_type(to_proto(options.cancellation_type));
  activity.set_do_not_eagerly_execute(disable_eager_activity_execution);
  if (!options.summary.empty()) {
    *command.mutable_user_metadata()->mutable_summary() = converter::to_proto(converter::to_payload(options.summary));
  }
  activities_.emplace(scheduled.sequence, scheduled.pending);
  return scheduled;
}

void Context::cancel_activity(std::uint32_t sequence) {
  if (!closing && activities_.contains(sequence)) add_command().mutable_request_cancel_activity()->set_seq(sequence);
}

Scheduled Context::start_timer(Duration duration) {
  Scheduled scheduled{std::make_shared<Pending>(), ++next_timer_};
  if (closing) return scheduled;
  auto& timer = *add_command().mutable_start_timer();
  timer.set_seq(scheduled.sequence);
  converter::set_duration(*timer.mutable_start_to_fire_timeout(), duration);
  timers_.emplace(scheduled.sequence, scheduled.pending);
  return scheduled;
}

void Context::cancel_timer(std::uint32_t sequence) {
  if (!closing && timers_.erase(sequence) != 0) add_command().mutable_cancel_timer()->set_seq(sequence);
}

std::shared_ptr<Pending> Context::wait_for(std::function<bool()> condition) {
  auto pending = std::make_shared<Pending>();
  conditions_.push_back({std::move(condition), pending});
  return pending;
}

void Context::fire_timer(std::uint32_t sequence) {
  if (auto timer = timers_.extract(sequence)) resolve(timer.mapped(), {}, nullptr);
}

void Context::resolve_activity(std::uint32_t sequence, Payload result, std::exception_ptr failure) {
  if (auto activity = activities_.extract(sequence)) resolve(activity.mapped(), std::move(result), std::move(failure));
}

void Context::request_cancellation() {
  cancellation_requested = true;
  for (auto& [sequence, timer] : std::exchange(timers_, {})) {
    add_command().mutable_cancel_timer()->set_seq(sequence);
    resolve(timer, {}, cancelled("the workflow was cancelled while it waited for a timer"));
  }
  // The server or core answers each with a resolution of its own.
  for (const auto& [sequence, activity] : activities_)
    add_command().mutable_request_cancel_activity()->set_seq(sequence);
  for (auto& condition : std::exchange(conditions_, {})) {
    resolve(condition.pending, {}, cancelled("the workflow was cancelled while it waited for a condition"));
  }
}

void Context::resolve(const std::shared_ptr<Pending>& pending, Payload result, std::exception_ptr failure) {
  pending->resolved = true;
  pending->result = std::move(result);
  pending->failure = std::move(failure);
  ready_.push_back(pending);
}

void Context::run_until_blocked() {
  do {
    while (!ready_.empty()) {
      const auto pending = std::move(ready_.front());
      ready_.pop_front();
      pending->resume();
    }
  } while (resolve_conditions());
}

bool Context::resolve_conditions() {
  for (auto condition = conditions_.begin(); condition != conditions_.end();) {
    const bool abandoned =
        !condition->pending->waiter;  // its frame is gone, and what the predicate refers to may be too
    if (!abandoned && condition->holds()) resolve(condition->pending, {}, nullptr);
    condition = abandoned || condition->pending->resolved ? conditions_.erase(condition) : std::next(condition);
  }
  return !ready_.empty();
}

Scheduled schedule_activity(std::string_view activity_type, const ActivityOptions& options,
                            std::vector<Payload> arguments) {
  return Context::current().schedule_activity(activity_type, options, std::move(arguments));
}

void cancel_activity(std::uint32_t sequence) { Context::current().cancel_activity(sequence); }

}  // namespace temporal::workflow::detail
