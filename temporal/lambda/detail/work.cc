#include <temporal/lambda/detail/work.h>

#include <temporal/lambda/detail/bounded.h>
#include <temporal/lambda/detail/duration_text.h>
#include <temporal/lambda/detail/prepare.h>
#include <temporal/lambda/error.h>

#include <algorithm>
#include <string_view>

namespace temporal::lambda::detail {
namespace {

using std::chrono_literals::operator""ms;

constexpr Duration last_probe = 250ms;
constexpr Duration least_timeout = 50ms;

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
      // Asking the server may hang, and the worker has no way to give up: a thread of its own can be left behind.
      const bool started = run_bounded(shift_.world.clock, shift_.schedule.drain_until(shift_.schedule.stop_at()),
                                       [worker = worker_] { worker->start(); });
      if (!started) {
        return {.abandoned = true, .error = lost("the server did not answer when the worker was started")};
      }
      end = wait(result.error);
    } catch (...) {
      result.error = std::current_exception();
    }
    if (result.error) result.error = worker_error(result.error);
    const auto begin = shift_.world.clock->now();
    const auto drain_until = end == End::stopped
                                 ? std::min(begin + termination_drain, shift_.schedule.drain_until(begin))
                                 : shift_.schedule.drain_until(begin);
    result.abandoned = !worker_->shutdown(drain_until);
    if (result.abandoned) {
      shift_.log.error("work is stuck and was abandoned: the process ends after the answer",
                       {{"waited_seconds", seconds(shift_.world.clock->now() - begin)}});
    }
    shift_.log.info("worker stopped",
                    {{"reason", to_string(end)}, {"drain_seconds", seconds(shift_.world.clock->now() - begin)}});
    if (end == End::idle) settle();
    if (end == End::budget_spent) result.error = settle();
    return result;
  }

 private:
  static std::exception_ptr lost(const std::string& message) {
    return std::make_exception_ptr(LambdaError(ErrorType::connection, message));
  }

  End wait(std::exception_ptr& error) {
    const auto& clock = *shift_.world.clock;
    const auto stop_at = shift_.schedule.stop_at();
    auto idle_since = clock.now();
    for (;;) {
      const auto status = worker_->status();
      idle_since = std::max(idle_since, status.last_task);
      auto until = stop_at;
      if (config_.idle_timeout) {
        const auto now = clock.now();
        if (status.running_tasks > 0) {
          idle_since = now;  // a task that ended right now would still leave the whole idle timeout to wait
        } else if (now >= idle_since + *config_.idle_timeout) {
          // No tasks come from a server that is gone: that is not idleness, it may come back.
          if (!probe(*connection_, last_probe)) return End::idle;
          idle_since = clock.now();
        }
        until = std::min(stop_at, idle_since + *config_.idle_timeout);
      }
      error = worker_->wait_until(until, shift_.stop);
      if (error) return End::failed;
      if (shift_.stop.stop_requested()) return End::stopped;
      if (clock.now() >= stop_at) return End::budget_spent;
    }
  }

  /// A last call, for two reasons. What a connection carries arrives in order: when the server answers, it knows that
  /// the worker's polls have ended, and gives them no task while the environment is frozen. And the worker goes on
  /// trying while the server is gone: one that never came back is an error.
  std::exception_ptr settle() {
    const Duration left = shift_.schedule.deadline - answer_margin - hook_reserve - shift_.world.clock->now();
    const auto error = probe(*connection_, std::clamp(left, least_timeout, last_probe));
    if (!error) return {};
    return lost("the Temporal server at " + config_.client_connect_config.address +
                " stopped answering and did not come back: " + to_failure(error).message);
  }

  const LambdaWorkerConfig& config_;
  const Shift& shift_;
  std::shared_ptr<Connection> connection_;
  std::shared_ptr<Worker> worker_;
};

WorkResult try_work(const LambdaWorkerConfig& config, const Shift& shift) {
  const auto& clock = *shift.world.clock;
  const Duration limit = shift.schedule.deadline - answer_margin - hook_reserve - clock.now();
  auto connection = shift.connections.obtain(config.client_connect_config, limit, shift.log);
  auto worker = connection->create_worker(config.worker_config);
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
