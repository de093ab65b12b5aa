#include <temporal/lambda/detail/work.h>

#include <temporal/lambda/detail/bounded.h>
#include <temporal/lambda/detail/duration_text.h>
#include <temporal/lambda/detail/prepare.h>
#include <temporal/lambda/error.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace temporal::lambda::detail {
namespace {

using namespace std::chrono_literals;

constexpr Duration longest_probe = 2s;
constexpr Duration least_timeout = 50ms;
constexpr int probes = 2;  ///< a lost packet, or a connection that the server renews, is no silence

enum class End { budget_spent, idle, stopped, failed };

constexpr std::string_view to_string(End end) {
  switch (end) {
    case End::budget_spent:
      return "its time is up";
    case End::idle:
      return "idle";
    case End::stopped:
      return "the process was told to stop";
    case End::failed:
      break;
  }
  return "it failed";
}

std::exception_ptr probe(Connection& connection, Duration timeout) {
  try {
    connection.probe(timeout);
    return {};
  } catch (...) {
    return std::current_exception();
  }
}

/// What the server says against a worker is not the fault of the invocation's configuration alone: it has its own type.
std::exception_ptr worker_error(const std::exception_ptr& error) {
  const auto failure = to_failure(error);
  if (failure.type == ErrorType::connection) return error;
  return std::make_exception_ptr(LambdaError(ErrorType::worker, failure.message));
}

/// One worker's life in one invocation.
class Stint {
 public:
  Stint(const LambdaWorkerConfig& config, const Shift& shift, std::shared_ptr<Connection> connection,
        std::shared_ptr<Worker> worker)
      : config_(config), shift_(shift), connection_(std::move(connection)), worker_(std::move(worker)) {}

  WorkResult run() {
    WorkResult result;
    auto end = End::failed;
    try {
      idle_since_ = clock().now();
      limit_polls();
      // Asking the server may hang, and the worker has no way to give up: a thread of its own can be left behind.
      const bool started = run_bounded(shift_.world.clock, shift_.schedule.drain_until(shift_.schedule.stop_at()),
                                       [worker = worker_] { worker->start(); });
      if (!started) {
        return {.abandoned = true, .error = lost("did not answer when the worker was started")};
      }
      answers_at_start_ = answers_ = pulse().answers;
      be_idle_from_now();
      end = wait(result.error);
    } catch (...) {
      result.error = std::current_exception();
    }
    if (result.error) result.error = worker_error(result.error);
    const auto begin = clock().now();
    const auto drain_until = end == End::stopped
                                 ? std::min(begin + termination_drain, shift_.schedule.drain_until(begin))
                                 : shift_.schedule.drain_until(begin);
    result.abandoned = !worker_->shutdown(drain_until);
    if (result.abandoned) {
      shift_.log.error("work is stuck and was abandoned: the process ends after the answer",
                       {{"waited_seconds", seconds(clock().now() - begin)}});
    }
    shift_.log.info("worker stopped", {{"reason", to_string(end)}, {"drain_seconds", seconds(clock().now() - begin)}});
    // After the drain, which a server that is slow to answer must not shorten.
    if (end == End::budget_spent) result.error = silence();
    return result;
  }

 private:
  [[nodiscard]] std::exception_ptr lost(const std::string& how) const {
    return std::make_exception_ptr(LambdaError(
        ErrorType::connection, "the Temporal server at " + config_.client_connect_config.address + " " + how));
  }

  [[nodiscard]] const Clock& clock() const { return *shift_.world.clock; }

  [[nodiscard]] Connection::Pulse pulse() const { return connection_->pulse(); }

  /// None: it does not end when it is idle. Far from the server it takes longer to be sure that no task is on its way.
  [[nodiscard]] std::optional<Duration> idle_timeout() const {
    if (!config_.idle_timeout) return std::nullopt;
    return std::max(*config_.idle_timeout, least_idle_timeout(pulse().way));
  }

  /// When the worker leaves, should no task come.
  [[nodiscard]] SteadyTime leave_at() const {
    const auto stop_at = shift_.schedule.stop_at();
    const auto idle = idle_timeout();
    return idle ? std::min(stop_at, idle_since_ + *idle) : stop_at;
  }

  /// A busy worker moves the limit of its polls before they stop. The budget's end does not move.
  [[nodiscard]] SteadyTime look_again_at() const {
    const auto end = leave_at();
    return busy_ && end < shift_.schedule.stop_at() ? end - no_more_polls : end;
  }

  /// Waits for the end of the work. The polls have ended then, so that no task is given to a worker that leaves; only
  /// a failure and the little time after SIGTERM do not wait for that.
  End wait(std::exception_ptr& error) {
    for (;; limit_polls()) {
      error = worker_->wait_until(look_again_at(), shift_.stop);
      if (error) return End::failed;
      if (shift_.stop.stop_requested()) return End::stopped;
      see_tasks();
      if (clock().now() < leave_at()) continue;
      answers_ = pulse().answers;
      const bool task_came =
          connection_->hold_polls(shift_.schedule.polls_until(clock().now(), pulse().way), shift_.stop);
      error = worker_->wait_until(clock().now(), shift_.stop);
      if (error) return End::failed;
      if (shift_.stop.stop_requested()) return End::stopped;
      const bool time_is_up = clock().now() >= shift_.schedule.stop_at();
      if (task_came && !time_is_up) idle_since_ = clock().now();
      see_tasks();
      if (clock().now() < leave_at()) continue;
      if (time_is_up) return End::budget_spent;
      if (is_alive(shift_.schedule.stop_at())) return End::idle;
      idle_since_ = clock().now();  // no tasks come from a server that is gone: that is not idleness, it may come back
    }
  }

  /// A start that took long, far from the server, is no idleness: a worker that left before its first polls had begun
  /// would leave task queues that the server does not know.
  void be_idle_from_now() {
    if (clock().now() == idle_since_) return;
    idle_since_ = clock().now();
    limit_polls();
  }

  void see_tasks() {
    const auto status = worker_->status();
    busy_ = status.running_tasks > 0;
    // A task that ended right now would still leave the whole idle timeout to wait.
    idle_since_ = busy_ ? clock().now() : std::max(idle_since_, status.last_task);
  }

  void limit_polls() {
    const auto last = shift_.schedule.last_poll_limit();
    connection_->limit_polls(
        {.at = std::min(leave_at(), last), .after_a_task = idle_timeout().value_or(Duration::zero()), .at_most = last});
  }

  /// Whether the server answers. The last polls, which it has just ended, say so; it is asked only when they did not.
  bool is_alive(SteadyTime until, std::string* why = nullptr) {
    for (int left = probes; left > 0 && pulse().answers == answers_; --left) {
      const Duration share = (until - clock().now()) / left;
      const auto error = probe(*connection_, std::clamp(share, least_timeout, longest_probe));
      if (!error) return true;
      if (why != nullptr) *why = to_failure(error).message;
    }
    return pulse().answers != answers_;
  }

  /// What a server that is silent at the end means. The worker goes on trying while it is gone; one that never came
  /// back in the whole invocation is an error. When it was there, its work is done, and what it has not heard it asks
  /// again.
  std::exception_ptr silence() {
    std::string why;
    if (is_alive(shift_.schedule.drained_at_the_latest(), &why)) return {};
    if (answers_ == answers_at_start_) return lost("never answered while the worker ran: " + why);
    shift_.log.warn("the Temporal server is silent at the end of the invocation", {{"error", why}});
    return {};
  }

  const LambdaWorkerConfig& config_;
  const Shift& shift_;
  std::shared_ptr<Connection> connection_;
  std::shared_ptr<Worker> worker_;
  SteadyTime idle_since_ = {};
  bool busy_ = false;
  std::uint64_t answers_at_start_ = 0;  ///< of the server, when the worker had started
  std::uint64_t answers_ = 0;           ///< before the last polls were held
};

WorkResult try_work(const LambdaWorkerConfig& config, const Shift& shift) {
  const auto& clock = *shift.world.clock;
  const Duration limit = shift.schedule.drained_at_the_latest() - clock.now();
  auto connection = shift.connections.obtain(config.client_connect_config, limit, shift.log);
  auto options = config.worker_config;
  if (!options.log) options.log = shift.log;
  auto worker = connection->create_worker(options);
  const Budget budget{shift.schedule.deadline - clock.now(), shift.schedule.buffer};
  if (budget.work_time() <= Duration::zero()) {
    shift.log.warn("connecting took the time that was left for work: the worker is not run",
                   {{"time_left_seconds", seconds(budget.time_left)}, {"buffer_seconds", seconds(budget.buffer)}});
    return {};
  }
  return Stint{config, shift, std::move(connection), std::move(worker)}.run();
}

}  // namespace

void check_budget(const Shift& shift) {
  const Budget budget{shift.schedule.deadline - shift.world.clock->now(), shift.schedule.buffer};
  const auto numbers = "time left " + to_text(budget.time_left) + ", shutdown buffer " + to_text(budget.buffer);
  switch (budget.verdict()) {
    case BudgetVerdict::ample:
      return;
    case BudgetVerdict::tight:
      shift.log.warn("little time for work: raise the function's timeout or lower shutdown_deadline_buffer",
                     {{"time_left_seconds", seconds(budget.time_left)},
                      {"buffer_seconds", seconds(budget.buffer)},
                      {"work_seconds", seconds(budget.work_time())}});
      return;
    case BudgetVerdict::too_short:
      break;
  }
  throw LambdaError(ErrorType::deadline,
                    "too little time for work (" + numbers + ", leaves " + to_text(budget.work_time()) +
                        ", more than " + to_text(minimum_work_time) +
                        " is needed): raise the function's timeout, or lower shutdown_deadline_buffer or "
                        "graceful_shutdown_timeout");
}

WorkResult work(const LambdaWorkerConfig& config, const Shift& shift) {
  try {
    return try_work(config, shift);
  } catch (...) {
    return {.error = std::current_exception()};
  }
}

}  // namespace temporal::lambda::detail
