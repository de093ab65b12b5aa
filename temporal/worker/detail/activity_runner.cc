#include <temporal/worker/detail/activity_runner.h>

#include <temporal/common/errors.h>
#include <temporal/common/running.h>
#include <temporal/common/start.h>
#include <temporal/converter/activity_failure.h>
#include <temporal/converter/failure.h>
#include <temporal/converter/proto_payload.h>

#include <array>
#include <system_error>
#include <utility>

namespace temporal::worker::detail {
namespace {

using activity::CancellationReason;
using activity::detail::Context;
using coresdk::activity_result::ActivityExecutionResult;

activity::Info make_info(const std::string& token, const std::string& task_queue,
                         const coresdk::activity_task::Start& start) {
  const auto timeout = [](bool set, const well_known::Duration& value) {
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
      .retry_policy =
          start.has_retry_policy() ? std::optional{converter::to_retry_policy(start.retry_policy())} : std::nullopt,
      .priority = converter::to_priority(start.priority()),
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

ActivityExecutionResult failed_with(const std::exception_ptr& error) {
  ActivityExecutionResult result;
  *result.mutable_failed()->mutable_failure() = converter::to_activity_failure(error);
  return result;
}

/// How an activity ended that lets a `CancelledError` through after it was asked to stop. One that was paused or reset
/// is not cancelled: the server runs it again, and refuses the report of a cancellation.
ActivityExecutionResult cancelled(CancellationReason reason, const std::exception_ptr& error) {
  switch (reason) {
    case CancellationReason::paused:
      return failed_with(
          std::make_exception_ptr(ApplicationError{"the activity was paused", {.type = "ActivityPause"}}));
    case CancellationReason::reset:
      return failed_with(
          std::make_exception_ptr(ApplicationError{"the activity was reset", {.type = "ActivityReset"}}));
    default:
      break;
  }
  ActivityExecutionResult result;
  *result.mutable_cancelled()->mutable_failure() = converter::to_failure(error);
  return result;
}

bool is_benign(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const ApplicationError& known) {
    return known.category() == ErrorCategory::benign;
  } catch (...) {
    return false;
  }
}

/// It was asked to stop because its worker ends, which no server knows of.
bool is_given_up(const Context& context) {
  return context.info.is_local && context.cancellation_reason() == CancellationReason::worker_shutdown;
}

std::string to_completion(const std::string& token, ActivityExecutionResult result) {
  coresdk::ActivityTaskCompletion completion;
  completion.set_task_token(token);
  *completion.mutable_result() = std::move(result);
  return completion.SerializeAsString();
}

temporal::detail::RunningHere::Names names_of(const activity::Info& info) {
  return {.kind = "activity", .type = info.activity_type, .id = info.activity_id, .workflow_id = info.workflow_id};
}

/// Runs an activity of either kind.
Task<Payload> call(const activity::Definition& definition, std::vector<Payload> arguments) {
  if (definition.run_task) co_return co_await definition.run_task(std::move(arguments));
  co_return definition.run(arguments);
}

ActivityExecutionResult completed(Payload value) {
  ActivityExecutionResult result;
  *result.mutable_completed()->mutable_result() = converter::to_proto(std::move(value));
  return result;
}

}  // namespace

/// Where an activity's coroutine runs: its context is current in each piece of it.
class ActivityRunner::ContextExecutor final : public Executor {
 public:
  using Post = std::function<void(Job)>;

  /// @param otherwise takes what `post` has no thread for: a piece that is lost would be waited for without end.
  ContextExecutor(std::shared_ptr<Context> context, Post post, Post otherwise)
      : context_(std::move(context)), ways_{std::move(post), std::move(otherwise)} {}

  void post(Job job) override {
    const Job piece = [context = context_, job = std::move(job)] {
      const Context::Scope scope{*context};
      const temporal::detail::RunningHere running{names_of(context->info)};
      job();
    };
    for (const auto& way : ways_) {
      try {
        return way(piece);
      } catch (const std::system_error&) {  // no thread
      }
    }
    piece();
  }
  [[nodiscard]] Context& context() const { return *context_; }

 private:
  std::shared_ptr<Context> context_;
  std::array<Post, 2> ways_;
};

ActivityRunner::ActivityRunner(std::vector<activity::Definition> definitions,
                               std::optional<activity::Definition> dynamic, std::string task_queue, Outside outside,
                               Interceptors interceptors)
    : dynamic_(std::move(dynamic)),
      task_queue_(std::move(task_queue)),
      outside_(std::move(outside)),
      interceptors_(std::move(interceptors)) {
  for (auto& definition : definitions) definitions_.emplace(definition.name, std::move(definition));
}

std::string ActivityRunner::undecodable(const std::string& bytes, const std::string& reason) {
  coresdk::activity_task::ActivityTask task;
  (void)task.ParseFromString(bytes);
  return to_completion(task.task_token(),
                       failed_with(std::make_exception_ptr(ApplicationError{reason, {.type = "DecodeError"}})));
}

void ActivityRunner::handle(const std::string& bytes) {
  coresdk::activity_task::ActivityTask task;
  if (!task.ParseFromString(bytes)) throw DecodeError{"core sent an activity task that does not decode"};
  if (task.has_start()) start(task.task_token(), task.start());
  if (task.has_cancel()) cancel(task.task_token(), task.cancel());
}

void ActivityRunner::start(const std::string& token, const coresdk::activity_task::Start& start) {
  auto record = [this, token, is_local = start.is_local()](std::vector<Payload> details) {
    if (is_local) return;  // its worker knows that it is alive
    coresdk::ActivityHeartbeat heartbeat;
    heartbeat.set_task_token(token);
    converter::set_payloads(*heartbeat.mutable_details(), std::move(details));
    outside_.record_heartbeat(heartbeat.SerializeAsString());
  };
  auto context =
      std::make_shared<Context>(make_info(token, task_queue_, start), converter::to_payloads(start.heartbeat_details()),
                                std::move(record), outside_.log, outside_.meter, shutdown_.get_token());
  bool stops = false;
  {
    const std::scoped_lock lock{mutex_};
    running_.emplace(token, context);
    stops = stops_local_activities_ && start.is_local();
  }
  if (stops) context->cancel(CancellationReason::worker_shutdown);
  activity::ExecuteInput input{.arguments = converter::to_payloads(start.input())};
  const auto* definition = find(start.activity_type());
  const bool is_coroutine = definition != nullptr && definition->run_task;
  if (is_coroutine || !interceptors_.empty()) {
    if (!interceptors_.empty()) input.headers = converter::to_payload_map(start.header_fields());
    const auto executor =
        std::make_shared<ContextExecutor>(context, is_coroutine ? outside_.post : outside_.execute, outside_.post);
    (void)temporal::start(*executor, run_task(token, executor, outside_.hold(), std::move(input)),
                          context->stop_token());
  } else {
    execute(token, context,
            [this, token, context, arguments = std::move(input.arguments)] { run(token, *context, arguments); });
  }
}

void ActivityRunner::execute(const std::string& token, const std::shared_ptr<Context>& context,
                             const Executor::Job& begin) {
  ActivityExecutionResult result;
  try {
    return outside_.execute(begin);
  } catch (const std::system_error& error) {
    result = failed(*context, std::make_exception_ptr(ApplicationError{
                                  std::string{"the worker has no thread for this activity: "} + error.what() +
                                      ". Lower max_concurrent_activities, or raise the limit of threads",
                                  {.type = "NoThread"}}));
  }
  finish(token, *context, std::move(result));
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
  ActivityExecutionResult result;
  try {
    const Context::Scope scope{context};
    const temporal::detail::RunningHere running{names_of(context.info)};
    result = completed(require(context.info.activity_type).run(arguments));
  } catch (...) {
    result = result_of_exception(context);
  }
  finish(token, context, std::move(result));
}

/// How an activity ended that is being left by an exception.
ActivityExecutionResult ActivityRunner::result_of_exception(Context& context) {
  const auto error = std::current_exception();
  try {
    throw;
  } catch (const activity::detail::CompletesAsynchronously&) {
    ActivityExecutionResult result;
    result.mutable_will_complete_async();
    return result;
  } catch (const CancelledError&) {
    if (const auto reason = context.cancellation_reason()) return cancelled(*reason, error);
    return failed(context, error);
  } catch (...) {
    return failed(context, error);
  }
}

ActivityExecutionResult ActivityRunner::failed(Context& context, const std::exception_ptr& error) {
  context.log().write(is_benign(error) ? LogLevel::debug : LogLevel::warn, "an attempt of an activity failed",
                      {{"error", describe(error)}});
  return failed_with(error);
}

Task<> ActivityRunner::run_task(std::string token, std::shared_ptr<ContextExecutor> executor, std::shared_ptr<void>,
                                activity::ExecuteInput input) {
  auto& context = executor->context();
  ActivityExecutionResult result;
  try {
    result = completed(co_await execute(context, std::move(input)));
  } catch (...) {
    result = result_of_exception(context);
  }
  context.interception = {};  // what the user's interceptors hold is let go before the worker can end
  finish(token, context, std::move(result));
}

Task<Payload> ActivityRunner::execute(Context& context, activity::ExecuteInput input) const {
  const auto body = [this, &context](std::vector<Payload> arguments) {
    return call(require(context.info.activity_type), std::move(arguments));
  };
  context.interception = {interceptors_, context.info, body};
  auto* const first = context.interception.first();
  co_return co_await (first == nullptr ? body(std::move(input.arguments)) : first->execute(std::move(input)));
}

void ActivityRunner::finish(const std::string& token, const Context& context, ActivityExecutionResult result) {
  if (is_given_up(context) && !result.has_completed()) {
    // Core would try it again here and never end, or tell the workflow of a cancellation that nobody asked for.
    outside_.evict(context.info.workflow_run_id);
  } else {
    outside_.complete(to_completion(token, std::move(result)), [token](const std::string& reason) {
      return to_completion(token,
                           failed_with(std::make_exception_ptr(ApplicationError{
                               "the result of this attempt was refused: " + reason, {.type = "ResultRefused"}})));
    });
  }
  const std::scoped_lock lock{mutex_};
  running_.erase(token);
}

void ActivityRunner::stop_local_activities() {
  {
    const std::scoped_lock lock{mutex_};
    stops_local_activities_ = true;
  }
  stop_local(CancellationReason::worker_shutdown, nullptr);
}

void ActivityRunner::stop_local_activities_of(const std::string& run_id) {
  stop_local(CancellationReason::gone, &run_id);
}

void ActivityRunner::stop_local(CancellationReason reason, const std::string* run_id) {
  std::vector<std::shared_ptr<Context>> local;
  {
    const std::scoped_lock lock{mutex_};
    for (const auto& [token, context] : running_) {
      const auto& info = context->info;
      if (info.is_local && (run_id == nullptr || info.workflow_run_id == *run_id)) local.push_back(context);
    }
  }
  for (const auto& context : local) context->cancel(reason);  // outside of the lock, as above
}

void ActivityRunner::log_running(std::string_view message) const {
  std::vector<std::shared_ptr<Context>> running;  // the log is the user's: it is written to without the lock
  {
    const std::scoped_lock lock{mutex_};
    for (const auto& [token, context] : running_) running.push_back(context);
  }
  for (const auto& context : running) {
    outside_.log.error(message, {{"activity_type", context->info.activity_type},
                                 {"activity_id", context->info.activity_id},
                                 {"attempt", context->info.attempt},
                                 {"workflow_id", context->info.workflow_id},
                                 {"run_id", context->info.workflow_run_id}});
  }
}

const activity::Definition* ActivityRunner::find(const std::string& type) const {
  const auto definition = definitions_.find(type);
  if (definition != definitions_.end()) return &definition->second;
  return dynamic_ ? &*dynamic_ : nullptr;
}

const activity::Definition& ActivityRunner::require(const std::string& type) const {
  if (const auto* definition = find(type)) return *definition;
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
