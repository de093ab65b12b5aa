#include <temporal/client/detail/checks.h>

#include <temporal/client/connect_options.h>
#include <temporal/common/client_errors.h>
#include <temporal/common/utf8.h>

#include <cmath>

namespace temporal::client {
namespace {

void check(bool good, const std::string& message) {
  if (!good) throw ConfigurationError(message);
}

void check_positive(const std::optional<Duration>& duration, const std::string& field) {
  check(!duration || *duration > Duration::zero(), field + " has to be longer than zero; leave it unset for no limit");
}

void validate(const RetryPolicy& policy) {
  const std::string where = "StartOptions: retry_policy.";
  // Not so for NaN either.
  check(policy.backoff_coefficient >= 1 && std::isfinite(policy.backoff_coefficient),
        where + "backoff_coefficient has to be at least 1");
  check(policy.maximum_attempts >= 0, where + "maximum_attempts is negative; 0 means no limit");
  check(policy.initial_interval > Duration::zero(), where + "initial_interval has to be longer than zero");
  check(!policy.maximum_interval || *policy.maximum_interval >= policy.initial_interval,
        where + "maximum_interval is shorter than initial_interval");
  for (const auto& type : policy.non_retryable_error_types) {
    detail::check_text(where + "non_retryable_error_types: one", type);
  }
}

void validate(const Priority& priority) {
  const std::string where = "StartOptions: priority.";
  check(priority.priority_key >= 0, where + "priority_key is negative; 0 means not chosen");
  check(priority.fairness_weight >= 0 && std::isfinite(priority.fairness_weight),
        where + "fairness_weight has to be a number from 0.001 to 1000; 0 means not chosen");
  detail::check_text(where + "fairness_key", priority.fairness_key);
}

}  // namespace

void validate(const StartOptions& options) {
  const std::string where = "StartOptions: ";
  check(!options.id.empty(), where + "id is empty: give the workflow an id, for example \"order-7\"");
  check(!options.task_queue.empty(), where + "task_queue is empty: name the queue that the worker polls");
  detail::check_text(where + "id", options.id);
  detail::check_text(where + "task_queue", options.task_queue);
  check_positive(options.execution_timeout, where + "execution_timeout");
  check_positive(options.run_timeout, where + "run_timeout");
  check_positive(options.task_timeout, where + "task_timeout");
  check(!options.start_delay || *options.start_delay >= Duration::zero(), where + "start_delay is negative");
  detail::check_text(where + "cron_schedule", options.cron_schedule);
  if (options.retry_policy) validate(*options.retry_policy);
  if (options.request_id) detail::check_name(where + "request_id", *options.request_id);
  validate(options.priority);
  for (const auto& attribute : options.search_attributes.entries()) {
    detail::check_name(where + "the name of one of search_attributes", attribute.first);
  }
  for (const auto& value : options.memo) detail::check_text(where + "the name of one of memo", value.first);
  detail::check_text(where + "static_summary", options.static_summary);
  detail::check_text(where + "static_details", options.static_details);
}

namespace detail {
namespace {

void check_headers(const Headers& headers) {
  for (const auto& header : headers) check_text("the name of one of headers", header.first);
}

/// The execution that a call goes to.
template <class Input>
void check_execution(const Input& input) {
  check_name("workflow id", input.workflow_id);
  check_text("run id", input.run_id);
}

void check_update(const StartUpdateInput& input) {
  check_name("update name", input.name);
  check_text("UpdateOptions: id", input.options.id);
  check_text("first run id", input.first_run_id);
  check_headers(input.headers);
}

}  // namespace

void check_text(const std::string& field, const std::string& text) {
  check(temporal::detail::is_valid_utf8(text), field + " is not UTF-8; perhaps a character was cut in two");
}

void check_name(const std::string& field, const std::string& text) {
  check(!text.empty(), field + " is empty");
  check_text(field, text);
}

void validate(const StartWorkflowInput& input) {
  client::validate(input.options);
  check_name("workflow type", input.workflow_type);
  check_headers(input.headers);
  if (input.signal) check_name("signal name", input.signal->name);
}

void validate(const UpdateWithStartInput& input) {
  validate(input.start);
  check(input.start.options.id_conflict_policy.has_value(),
        "StartOptions: id_conflict_policy is not set: say what an update with start does to a workflow that runs, for "
        "example WorkflowIdConflictPolicy::use_existing");
  check_update(input.update);  // its ids do not count
}

void validate(const SignalWorkflowInput& input) {
  check_execution(input);
  check_name("signal name", input.name);
  check_headers(input.headers);
}

void validate(const QueryWorkflowInput& input) {
  check_execution(input);
  check_name("query name", input.name);
  check_headers(input.headers);
}

void validate(const StartUpdateInput& input) {
  check_execution(input);
  check_update(input);
}

void validate(const CancelWorkflowInput& input) {
  check_execution(input);
  check_text("first run id", input.first_run_id);
  check_text("reason", input.reason);
}

void validate(const TerminateWorkflowInput& input) {
  check_execution(input);
  check_text("first run id", input.first_run_id);
  check_text("reason", input.reason);
}

void validate(const DescribeWorkflowInput& input) { check_execution(input); }

void validate(const HistoryOptions& options) {
  check(options.page_size >= 0, "HistoryOptions: page_size is negative; 0 means the server's own size");
}

void validate(const RpcOptions& options) {
  check(!options.timeout || *options.timeout > Duration::zero(),
        "RpcOptions: timeout has to be longer than zero; leave it unset for 30 s");
  client::validate(ConnectOptions{.metadata = options.metadata});
}

}  // namespace detail
}  // namespace temporal::client
