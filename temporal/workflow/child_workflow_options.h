#pragma once

#include <temporal/common/duration.h>
#include <temporal/common/payload.h>
#include <temporal/common/priority.h>
#include <temporal/common/retry_policy.h>
#include <temporal/common/search_attributes.h>
#include <temporal/common/versioning.h>
#include <temporal/common/workflow_id_policy.h>

#include <map>
#include <optional>
#include <string>

namespace temporal::workflow {

/// What becomes of a child workflow when its parent closes.
/// See https://docs.temporal.io/parent-close-policy.
enum class ParentClosePolicy {
  terminate,
  abandon,         ///< it goes on
  request_cancel,  ///< it is asked to cancel
};

/// What happens to a child workflow when its parent cancels it.
enum class ChildWorkflowCancellationType {
  wait_cancellation_completed,  ///< ask, and wait for what the child makes of it
  /// Meant to ask, to wait until the request has arrived, and to report the cancellation then. Core 0.10.1 waits for
  /// what the child makes of it, as with `wait_cancellation_completed`, and so does every SDK on it.
  wait_cancellation_requested,
  try_cancel,  ///< ask, and report the cancellation to the parent at once
  abandon,     ///< do not ask; report the cancellation to the parent at once
};

/// How a child workflow is started. All of it can be left out.
struct ChildWorkflowOptions {
  std::string id = {};          ///< a random UUID when empty, the same on replay
  std::string task_queue = {};  ///< the parent's own when empty

  std::optional<Duration> execution_timeout = {};  ///< over all retries and runs
  std::optional<Duration> run_timeout = {};        ///< of a single run
  std::optional<Duration> task_timeout = {};       ///< of one workflow task; the server's default is 10 s

  std::optional<RetryPolicy> retry_policy = {};  ///< not chosen: a child that fails is not retried
  std::string cron_schedule = {};                ///< see https://docs.temporal.io/cron-job
  std::optional<WorkflowIdReusePolicy> id_reuse_policy = {};
  ParentClosePolicy parent_close_policy = ParentClosePolicy::terminate;
  ChildWorkflowCancellationType cancellation_type = ChildWorkflowCancellationType::wait_cancellation_completed;

  Priority priority = {};  ///< the parent's where not chosen
  std::optional<VersioningIntent> versioning_intent = {};
  SearchAttributes search_attributes = {};
  std::map<std::string, Payload> memo = {};  ///< values made with `converter::to_payload`
  std::string static_summary = {};           ///< one line of Markdown for the web UI
  std::string static_details = {};           ///< more Markdown for the web UI
};

}  // namespace temporal::workflow
