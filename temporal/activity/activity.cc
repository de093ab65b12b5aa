#include <temporal/activity/activity.h>
#include <temporal/activity/detail/context.h>
#include <temporal/common/errors.h>

#include <stdexcept>
#include <utility>

namespace temporal::activity {
namespace {

thread_local detail::Context* current_context = nullptr;

const char* describe(CancellationReason reason) {
  switch (reason) {
    case CancellationReason::cancelled:
      return "cancelled";
    case CancellationReason::gone:
      return "gone";
    case CancellationReason::paused:
      return "paused";
    case CancellationReason::reset:
      return "reset";
    case CancellationReason::timed_out:
      return "timed out";
    case CancellationReason::worker_shutdown:
      return "worker shutdown";
  }
  return "unknown";
}

}  // namespace

namespace detail {

Context::Context(Info info, std::vector<Payload> heartbeat_details, RecordHeartbeat record_heartbeat, Logger log,
                 Meter meter, std::stop_token worker_shutdown)
    : info(std::move(info)),
      heartbeat_details(std::move(heartbeat_details)),
      record_heartbeat(std::move(record_heartbeat)),
      worker_shutdown(std::move(worker_shutdown)),
      worker_log_(std::move(log)),
      worker_meter_(std::move(meter)) {}

Context* Context::find() noexcept { return current_context; }

Context& Context::current() {
  if (current_context == nullptr) throw std::logic_error("called outside of an activity");
  return *current_context;
}

Context::Scope::Scope(Context& context) : outer_(std::exchange(current_context, &context)) {}
Context::Scope::~Scope() { current_context = outer_; }

void Context::cancel(CancellationReason reason) {
  int expected = not_cancelled;
  if (reason_.compare_exchange_strong(expected, static_cast<int>(reason))) stop_.request_stop();
}

std::optional<CancellationReason> Context::cancellation_reason() const {
  const int reason = reason_;
  return reason == not_cancelled ? std::nullopt : std::optional{static_cast<CancellationReason>(reason)};
}

Logger& Context::log() {
  if (!log_) {
    log_ = worker_log_.with({{"activity_id", info.activity_id},
                             {"activity_type", info.activity_type},
                             {"attempt", info.attempt},
                             {"workflow_id", info.workflow_id},
                             {"run_id", info.workflow_run_id},
                             {"workflow_type", info.workflow_type},
                             {"task_queue", info.task_queue}});
  }
  return *log_;
}

const Meter& Context::meter() {
  if (!meter_) {
    meter_ = worker_meter_.with_attributes({{"namespace", info.workflow_namespace},
                                            {"task_queue", info.task_queue},
                                            {"activity_type", info.activity_type}});
  }
  return *meter_;
}

void heartbeat(std::vector<Payload> details) {
  const auto& context = Context::current();
  HeartbeatInput input{std::move(details)};
  if (auto* const first = context.interception.first()) first->heartbeat(input);
  context.record_heartbeat(std::move(input.details));
}

const Payload* heartbeat_detail(std::size_t index) {
  const auto& details = Context::current().heartbeat_details;
  return index < details.size() ? &details[index] : nullptr;
}

}  // namespace detail

const Info& info() { return detail::Context::current().info; }
std::stop_token stop_token() { return detail::Context::current().stop_token(); }
std::stop_token worker_shutdown_token() { return detail::Context::current().worker_shutdown; }
std::optional<CancellationReason> cancellation_reason() { return detail::Context::current().cancellation_reason(); }

void throw_if_cancelled() {
  if (const auto reason = cancellation_reason()) {
    throw CancelledError{std::string{"the activity was asked to stop: "} + describe(*reason)};
  }
}

Logger logger() { return detail::Context::current().log(); }
void add_log_fields(std::initializer_list<LogField> fields) {
  auto& log = detail::Context::current().log();
  log = log.with(fields);
}
Meter metrics() { return detail::Context::current().meter(); }

void complete_asynchronously() {
  if (info().is_local) {
    throw std::logic_error{
        "a local activity cannot complete asynchronously: nobody but its worker knows of it. Call it as an activity"};
  }
  throw detail::CompletesAsynchronously{};
}

}  // namespace temporal::activity
