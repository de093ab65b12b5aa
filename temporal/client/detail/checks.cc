#include <temporal/client/detail/checks.h>

#include <temporal/client/connect_options.h>
#include <temporal/common/client_errors.h>

#include <cmath>
#include <string>

namespace temporal::client {

void validate(const StartOptions& options) {
  const detail::Check check{"StartOptions: "};
  check.require(!options.id.empty(), "id", "is empty: give the workflow an id, for example \"order-7\"")
      .require(!options.task_queue.empty(), "task_queue", "is empty: name the queue that the worker polls")
      .text("id", options.id)
      .text("task_queue", options.task_queue)
      .timeout("execution_timeout", options.execution_timeout)
      .timeout("run_timeout", options.run_timeout)
      .timeout("task_timeout", options.task_timeout)
      .require(!options.start_delay || *options.start_delay >= Duration::zero(), "start_delay", "is negative")
      .text("cron_schedule", options.cron_schedule)
      .retry_policy(options.retry_policy)
      .priority(options.priority)
      .search_attributes(options.search_attributes)
      .keys("the name of one of memo", options.memo)
      .text("static_summary", options.static_summary)
      .text("static_details", options.static_details);
  if (options.request_id) check.name("request_id", *options.request_id);
}

namespace detail {
namespace {

/// The execution that a call goes to.
template <class Input>
void check_execution(const Input& input) {
  Check{}.name("workflow id", input.workflow_id).text("run id", input.run_id);
}

void check_update(const StartUpdateInput& input) {
  Check{}
      .name("update name", input.name)
      .text("UpdateOptions: id", input.options.id)
      .text("first run id", input.first_run_id)
      .headers(input.headers);
}

}  // namespace

const Check& Check::require(bool good, std::string_view field, std::string_view problem) const {
  if (!good) fail(field, problem);
  return *this;
}

const Check& Check::timeout(std::string_view field, std::optional<Duration> value) const {
  return require(!value || *value > Duration::zero(), field, "has to be longer than zero; leave it unset for no limit");
}

const Check& Check::retry_policy(const std::optional<RetryPolicy>& policy) const {
  if (!policy) return *this;
  // Not so for NaN either.
  return require(policy->backoff_coefficient >= 1 && std::isfinite(policy->backoff_coefficient),
                 "retry_policy.backoff_coefficient", "has to be at least 1")
      .require(policy->maximum_attempts >= 0, "retry_policy.maximum_attempts", "is negative; 0 means no limit")
      .require(policy->initial_interval > Duration::zero(), "retry_policy.initial_interval",
               "has to be longer than zero")
      .require(!policy->maximum_interval || *policy->maximum_interval >= policy->initial_interval,
               "retry_policy.maximum_interval", "is shorter than initial_interval")
      .error_types(policy);
}

const Check& Check::priority(const Priority& priority) const {
  return require(priority.priority_key >= 0, "priority.priority_key", "is negative; 0 means not chosen")
      .require(priority.fairness_weight >= 0 && std::isfinite(priority.fairness_weight), "priority.fairness_weight",
               "has to be a number from 0.001 to 1000; 0 means not chosen")
      .text("priority.fairness_key", priority.fairness_key);
}

const Check& Check::search_attributes(const SearchAttributes& attributes) const {
  for (const auto& attribute : attributes.entries()) name("the name of one of search_attributes", attribute.first);
  return *this;
}

const Check& Check::headers(const Headers& headers) const { return keys("the name of one of headers", headers); }

void Check::fail(std::string_view field, std::string_view problem) const {
  throw ConfigurationError(std::string{of_} + std::string{field} + " " + std::string{problem});
}

void validate(const StartWorkflowInput& input) {
  client::validate(input.options);
  Check{}.name("workflow type", input.workflow_type).headers(input.headers);
  if (input.signal) Check{}.name("signal name", input.signal->name);
}

void validate(const UpdateWithStartInput& input) {
  validate(input.start);
  Check{"StartOptions: "}.require(input.start.options.id_conflict_policy.has_value(), "id_conflict_policy",
                                  "is not set: say what an update with start does to a workflow that runs, for example "
                                  "WorkflowIdConflictPolicy::use_existing");
  check_update(input.update);  // its ids do not count
}

void validate(const SignalWorkflowInput& input) {
  check_execution(input);
  Check{}.name("signal name", input.name).headers(input.headers);
}

void validate(const QueryWorkflowInput& input) {
  check_execution(input);
  Check{}.name("query name", input.name).headers(input.headers);
}

void validate(const StartUpdateInput& input) {
  check_execution(input);
  check_update(input);
}

void validate(const CancelWorkflowInput& input) {
  check_execution(input);
  Check{}.text("first run id", input.first_run_id).text("reason", input.reason);
}

void validate(const TerminateWorkflowInput& input) {
  check_execution(input);
  Check{}.text("first run id", input.first_run_id).text("reason", input.reason);
}

void validate(const DescribeWorkflowInput& input) { check_execution(input); }

void validate(const HistoryOptions& options) {
  Check{"HistoryOptions: "}.require(options.page_size >= 0, "page_size", "is negative; 0 means the server's own size");
}

void validate(const RpcOptions& options) {
  Check{"RpcOptions: "}.require(!options.timeout || *options.timeout > Duration::zero(), "timeout",
                                "has to be longer than zero; leave it unset for 30 s");
  client::validate(ConnectOptions{.metadata = options.metadata});
}

}  // namespace detail
}  // namespace temporal::client
