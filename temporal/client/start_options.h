#pragma once

#include <temporal/common/duration.h>
#include <temporal/common/payload.h>
#include <temporal/common/priority.h>
#include <temporal/common/retry_policy.h>
#include <temporal/common/search_attributes.h>
#include <temporal/common/workflow_id_policy.h>

#include <map>
#include <optional>
#include <string>

namespace temporal::client {

using temporal::WorkflowIdConflictPolicy;
using temporal::WorkflowIdReusePolicy;

/// How a workflow is started. `id` and `task_queue` have to be set.
struct StartOptions {
  std::string id = {};  ///< the workflow's id, chosen by the business: an order number, for example
  std::string task_queue = {};

  std::optional<Duration> execution_timeout = {};  ///< over all retries and runs
  std::optional<Duration> run_timeout = {};        ///< of a single run
  std::optional<Duration> task_timeout = {};       ///< of one workflow task; the server's default is 10 s
  std::optional<Duration> start_delay = {};        ///< wait before the first workflow task
  /// Runs again and again, "0 9 * * 1" every Monday at 9 in UTC. A run has what the one before gave:
  /// `workflow::last_completion_result`. See https://docs.temporal.io/cron-job.
  std::string cron_schedule = {};

  std::optional<RetryPolicy> retry_policy = {};  ///< not chosen: a workflow that fails is not retried
  std::optional<WorkflowIdReusePolicy> id_reuse_policy = {};
  std::optional<WorkflowIdConflictPolicy> id_conflict_policy = {};

  /// Two starts of one request id are one start. Not chosen: a random one, so that only retries of a call count as one.
  std::optional<std::string> request_id = {};

  Priority priority = {};
  SearchAttributes search_attributes = {};
  std::map<std::string, Payload> memo = {};  ///< shown with the workflow; values made with `converter::to_payload`
  std::string static_summary = {};           ///< one line of Markdown for the web UI
  std::string static_details = {};           ///< more Markdown for the web UI
};

/// @throws ConfigurationError that names the field and says what to change.
void validate(const StartOptions& options);

}  // namespace temporal::client
