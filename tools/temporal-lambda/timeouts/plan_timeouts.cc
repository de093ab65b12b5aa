#include <tools/temporal-lambda/timeouts/plan_timeouts.h>

#include <temporal/lambda/detail/deadline.h>
#include <temporal/lambda/detail/duration_text.h>
#include <temporal/lambda/lambda_worker_config.h>

#include <algorithm>
#include <chrono>
#include <stdexcept>

namespace temporal::lambda_timeouts {

using namespace std::chrono_literals;
using lambda::detail::comfortable_work_time;
using lambda::detail::to_text;

namespace {

constexpr Duration longest_function_timeout = 900s;
constexpr Duration ample_work_time = 60s;

/// What a worker keeps beside the graceful timeout: for the end of its polls, a cancellation, the answer.
Duration base_buffer() {
  return lambda::LambdaWorkerConfig{}.effective_shutdown_deadline_buffer() -
         worker::WorkerOptions{}.graceful_shutdown_timeout;
}

Duration parse(const std::string& option, const std::string& text) {
  const auto duration = lambda::detail::parse_duration(text);
  if (!duration) throw std::invalid_argument{option + " is \"" + text + "\": write it like 90s, 5m or 1.5s"};
  return *duration;
}

std::string in_code(Duration duration) {
  return std::to_string(std::chrono::ceil<std::chrono::milliseconds>(duration).count()) + "ms";
}

}  // namespace

TimeoutPlan plan_timeouts(Duration longest_activity, Duration hooks) {
  TimeoutPlan plan{.graceful_shutdown_timeout = longest_activity,
                   .shutdown_deadline_buffer = longest_activity + base_buffer() + hooks};
  const Duration needed = plan.shutdown_deadline_buffer + comfortable_work_time;
  if (needed > longest_function_timeout) {
    const Duration fits = longest_function_timeout - comfortable_work_time - base_buffer() - hooks;
    throw std::invalid_argument{
        "an activity of " + to_text(longest_activity) + " does not fit into Lambda's " +
        to_text(longest_function_timeout) + ": it would need " + to_text(needed) + ", and the longest that fits is " +
        to_text(std::max(fits, Duration::zero())) +
        ". Let it heartbeat and go on from its last heartbeat in the next attempt, split it, or run it on a long-lived "
        "worker."};
  }
  plan.least_function_timeout = std::chrono::ceil<std::chrono::seconds>(needed);
  plan.function_timeout =
      std::min<Duration>(std::chrono::ceil<std::chrono::seconds>(plan.shutdown_deadline_buffer + ample_work_time),
                         longest_function_timeout);
  return plan;
}

std::string explain(const TimeoutPlan& plan, Duration longest_activity, Duration hooks) {
  return "graceful_shutdown_timeout  " + to_text(plan.graceful_shutdown_timeout) + "\n" +  //
         "shutdown_deadline_buffer   " + to_text(plan.shutdown_deadline_buffer) + "\n" +   //
         "function timeout           " + to_text(plan.function_timeout) + " (at least " +
         to_text(plan.least_function_timeout) + ")\n\n" +
         "An activity that begins just before the worker leaves still gets the graceful timeout: so it is the longest\n"
         "activity, " +
         to_text(longest_activity) + ". The buffer is that, " + to_text(base_buffer()) +
         " for the last polls, a cancellation and the answer, and " + to_text(hooks) +
         " for the hooks.\nWhat the function's timeout has beyond the buffer is the time for work. With an idle "
         "timeout a "
         "long one costs\nnothing: the invocation ends when there is nothing to do.\n\n" +
         "  config.worker_config.graceful_shutdown_timeout = " + in_code(plan.graceful_shutdown_timeout) + ";\n" +
         "  config.shutdown_deadline_buffer = " + in_code(plan.shutdown_deadline_buffer) + ";\n" +
         "  aws lambda update-function-configuration --function-name NAME --timeout " +
         std::to_string(std::chrono::ceil<std::chrono::seconds>(plan.function_timeout).count()) + "\n";
}

std::string plan_timeouts_command(const std::string& longest_activity, const std::string& hooks) {
  const auto activity = parse("--longest-activity", longest_activity);
  const auto hook_time = parse("--hooks", hooks);
  return explain(plan_timeouts(activity, hook_time), activity, hook_time);
}

}  // namespace temporal::lambda_timeouts
