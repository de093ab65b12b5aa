#include <temporal/worker/detail/activity_runner.h>

#include <temporal/common/errors.h>
#include <temporal/converter/failure.h>
#include <temporal/converter/proto_payload.h>

#include <utility>

namespace temporal::worker::detail {
namespace {

using activity::CancellationReason;
using coresdk::ActivityTaskCompletion;

activity::Info make_info(const std::string& token, const std::string& task_queue,
                         const coresdk::activity_task::Start& start) {
  const auto timeout = [](bool set, const google::protobuf::Duration& value) {
    const auto duration = converter::to_duration(value);
    return set && duration > Duration::zero() ? std::optional{duration} : std::nullopt;
  };
  return {
      .activity_id = start.activity_id(),
      .activity_type = start.activity_type(),
      .workflow_id = start.workflow_execution().workflow_id(),
      .workflow_run_id = start.workflow_execution().run_id(),
      .workflow_type = start.workflow_type(),
      .workflow_namespace = start.workflow_namespace(),
      .task_queue = task_queue,
      .task_token = token,
      .attempt = static_cast<int>(start.attempt()),
      .is_local = start.is_local(),
      .scheduled_time = converter::to_timestamp(start.scheduled_time()),
      .current_attempt_scheduled_time = converter::to_timestamp(start.current_attempt_scheduled_time()),
      .started_time = converter::to_timestamp(start.started_time()),
      .schedule_to_close_timeout = timeout(start.has_schedule_to_close_timeout(), start.schedule_to_close_timeout()),
      .start_to_close_timeout = timeout(start.has_start_to_close_timeout(), start.start_to_close_timeout()),
      .heartbeat_timeout = timeout(start.has_heartbeat_timeout(), start.heartbeat_timeout()),
  };
}

CancellationReason to_reason(coresdk::activity_task::ActivityCancelReason reason) {
  switch (reason) {
    case coresdk::activity_task::NOT_FOUND:
      return CancellationReason::gone;
    case coresdk::activity_task::TIMED_OUT:
      return CancellationReason::timed_out;
    case coresdk::activity_task::WORKER_SHUTDOWN:
      return CancellationReason::worker_shutdown;
    case coresdk::activity_task::PAUSED:
      return CancellationReason::paused;
    case coresdk::activity_task::RESET:
      return CancellationReason::reset;
    default:
      return CancellationReason::cancelled;
  }
}

bool is_cancelled_error(const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const CancelledError&) {
    return true;
  } catch (...) {
    return false;
  }
}

}  // namespace

ActivityRunner::ActivityRunner(std::vector<activity::Definition> definitions, std::string task_queue, Outside outside)
    : task_queue_(std::move(task_queue)), outside_(std::move(outside)) {
  for (auto& definition : definitions) definitions_.emplace(definition.name, std::move(definition));
}

void ActivityRunner::handle(const std::string& bytes) {
  coresdk::activity_task::ActivityTask task;
  if (!task.ParseFromString(bytes)) throw DecodeError{"core sent an activity task that does not decode"};
  if (task.has_start()) start(task.task_token(), task.start());
  if (task.has_cancel()) cancel(task.task_token(), task.cancel());
}

void ActivityRunner::start(const std::string& token, const coresdk::activity_task::Start& start) {
  auto record = [this, token](std::vector<Payload> details) {
    coresdk::ActivityHeartbeat heartbeat;
    heartbeat.set_task_token(token);
    converter::set_payloads(*heartbeat.mutable_details(), std::move(details));
    outside_.record_heartbeat(heartbeat.SerializeAsString());
  };
  auto context = std::make_shared<Context>(make_info(token, task_queue_, start),
                                           converter::to_payloads(start.heartbeat_details()), std::move(record));
  {
    const std::scoped_lock lock{mutex_};
    running_.emplace(token, context);
  }
  outside_.execute(
      [this, token, context, arguments = converter::to_payloads(start.input())] { run(token, *context, arguments); });
}

void ActivityRunner::cancel(const std::string& token, const coresdk::activity_task::Cancel& cancel) {
  std::shared_ptr<Context> context;
  {
    const std::scoped_lock lock{mutex_};
    const auto found = running_.find(token);
    if (found == running_.end()) return;  // it has just ended
    context = found->second;
  }
  context->cancel(to_reason(cancel.reason()));  // outside of the lock: stop callbacks are the user's code
}

void ActivityRunner::run(const std::string& token, Context& context, const std::vector<Payload>& arguments) {
  ActivityTaskCompletion completion;
  completion.set_task_token(token);
  auto& result = *completion.mutable_result();
  try {
    const Context::Scope scope{context};
    *result.mutable_completed()->mutable_result() =
        converter::to_proto(find(context.info.activity_type).run(arguments));
  } catch (...) {
    const auto failure = std::current_exception();
    const bool cancelled = context.cancellation_reason() && is_cancelled_error(failure);
    *(cancelled ? result.mutable_cancelled()->mutable_failure() : result.mutable_failed()->mutable_failure()) =
        converter::to_failure(failure);
  }
  outside_.complete(completion.SerializeAsString());
  const std::scoped_lock lock{mutex_};
  running_.erase(token);
}

const activity::Definition& ActivityRunner::find(const std::string& type) const {
  const auto definition = definitions_.find(type);
  if (definition != definitions_.end()) return definition->second;
  std::string names;
  for (const auto& [name, known] : definitions_) names += (names.empty() ? "" : ", ") + name;
  throw ApplicationError{"activity type " + type +
                             " is not registered on this worker; registered are: " + (names.empty() ? "none" : names),
                         {.type = "NotFoundError"}};
}

std::size_t ActivityRunner::running() const {
  const std::scoped_lock lock{mutex_};
  return running_.size();
}

}  // namespace temporal::worker::detail
