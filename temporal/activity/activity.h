#pragma once

#include <temporal/common/duration.h>
#include <temporal/common/log.h>
#include <temporal/common/metrics.h>
#include <temporal/common/payload.h>
#include <temporal/common/priority.h>
#include <temporal/common/retry_policy.h>
#include <temporal/converter/payload_converter.h>

#include <cstddef>
#include <initializer_list>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

/// \file
/// What activity code can ask for while it runs. Each function works on the thread that the worker called the activity
/// on, in a coroutine also after each `co_await`, and throws `std::logic_error` elsewhere; what it returns may be
/// handed to other threads.
///
/// ```cpp
/// void copy(std::vector<std::string> files) {
///   for (std::size_t i = activity::heartbeat_details<std::size_t>().value_or(0); i < files.size(); ++i) {
///     activity::throw_if_cancelled();
///     copy_one(files[i]);
///     activity::heartbeat(i + 1);
///   }
/// }
/// ```

namespace temporal::activity {

/// Why an activity is asked to stop.
enum class CancellationReason {
  cancelled,        ///< its workflow asked for it
  gone,             ///< the server does not know it any more: its workflow has ended
  paused,           ///< an operator paused it
  reset,            ///< an operator reset it
  timed_out,        ///< it ran out of one of its timeouts
  worker_shutdown,  ///< its worker stops, and the graceful shutdown timeout is over
};

/// Facts of the current attempt.
struct Info {
  std::string activity_id = {};
  std::string activity_type = {};
  std::string workflow_id = {};
  std::string workflow_run_id = {};
  std::string workflow_type = {};
  std::string workflow_namespace = {};
  std::string task_queue = {};
  std::string task_token = {};  ///< opaque bytes
  int attempt = 1;
  bool is_local = false;
  Timestamp scheduled_time = {};
  Timestamp current_attempt_scheduled_time = {};
  Timestamp started_time = {};
  std::optional<Duration> schedule_to_close_timeout = {};
  std::optional<Duration> start_to_close_timeout = {};
  std::optional<Duration> heartbeat_timeout = {};
  std::optional<RetryPolicy> retry_policy = {};  ///< as the server uses it; none for a local activity without one
  Priority priority = {};
};

[[nodiscard]] const Info& info();

/// Stops when the activity is asked to stop. What the server knows (cancelled, paused, reset, gone) arrives with the
/// answer to a heartbeat: an activity that never heartbeats does not hear of it. The end of its time and the shutdown
/// of its worker are known without, and for a local activity all of it is.
[[nodiscard]] std::stop_token stop_token();

/// Why, once `stop_token()` has stopped.
[[nodiscard]] std::optional<CancellationReason> cancellation_reason();

/// Stops when the worker begins to shut down: before the graceful shutdown timeout, which `stop_token()` lets pass. For
/// work that takes longer than that and can be left at a good place: heartbeat how far it is, and fail the attempt, so
/// that another worker goes on. A callback runs on a thread of the worker's, with no activity around it: it may wake
/// the activity, and must not throw.
[[nodiscard]] std::stop_token worker_shutdown_token();

/// Throws `CancelledError` once the activity is asked to stop. An activity that lets it through is reported as
/// cancelled when its cancellation was requested, and else as failed.
void throw_if_cancelled();

/// Leaves the activity, which goes on elsewhere: whoever has its task token, or its workflow id and activity id,
/// completes it later with `client::Client::async_activity_handle`. It leaves with an exception that only the worker
/// catches. A local activity cannot leave so: it throws `std::logic_error`. See
/// https://docs.temporal.io/activity-execution#asynchronous-activity-completion.
[[noreturn]] void complete_asynchronously();

/// The worker's logger (`WorkerOptions::log`) with the fields `activity_id`, `activity_type`, `attempt`, `workflow_id`,
/// `run_id`, `workflow_type` and `task_queue`. `activity::logger().warn("card declined", {{"reason", reason}});`
[[nodiscard]] Logger logger();

/// Adds fields to what `logger()` writes from now on; one of the same name is replaced. For interceptors that know more
/// of an attempt: the trace it belongs to.
void add_log_fields(std::initializer_list<LogField> fields);

/// Metrics that go where the worker's go, with the attributes `namespace`, `task_queue` and `activity_type`.
/// `activity::metrics().counter("cards_charged").add(1, {{"currency", "EUR"}});`
[[nodiscard]] Meter metrics();

namespace detail {
void heartbeat(std::vector<Payload> details);
const Payload* heartbeat_detail(std::size_t index);
}  // namespace detail

/// Tells the server that the activity is alive and how far it is. Cheap: heartbeats are throttled to 80 % of the
/// heartbeat timeout. See https://docs.temporal.io/encyclopedia/detecting-activity-failures#activity-heartbeat.
template <class... Details>
void heartbeat(const Details&... details) {
  detail::heartbeat(converter::to_payloads(details...));
}

/// What the previous attempt said in its last heartbeat, if there was one.
/// @throws DecodeError when it was of another type.
template <class T>
[[nodiscard]] std::optional<T> heartbeat_details(std::size_t index = 0) {
  const auto* payload = detail::heartbeat_detail(index);
  return payload == nullptr ? std::nullopt : std::optional<T>{converter::from_payload<T>(*payload)};
}

}  // namespace temporal::activity
