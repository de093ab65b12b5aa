#pragma once

#include <temporal/common/duration.h>
#include <temporal/common/headers.h>
#include <temporal/common/payload.h>
#include <temporal/common/priority.h>
#include <temporal/common/retry_policy.h>
#include <temporal/common/versioning.h>
#include <temporal/converter/payload_converter.h>

#include <cstdint>
#include <exception>
#include <optional>
#include <random>
#include <string>
#include <vector>

/// \file
/// What a workflow can know of itself, and deterministic randomness. Each function throws `std::logic_error` when it is
/// called outside of a workflow.

namespace temporal::workflow {

/// Names one run of a workflow.
struct WorkflowExecution {
  std::string namespace_ = {};
  std::string workflow_id = {};
  std::string run_id = {};

  bool operator==(const WorkflowExecution&) const = default;
};

/// Facts of this workflow execution that do not change while it runs.
struct Info {
  std::string workflow_id = {};
  std::string run_id = {};
  std::string workflow_type = {};
  std::string namespace_ = {};
  std::string task_queue = {};
  std::string first_execution_run_id = {};
  std::string continued_run_id = {};             ///< of the run that continued as this one; empty when there is none
  std::optional<WorkflowExecution> parent = {};  ///< of a child workflow
  std::optional<WorkflowExecution> root = {};    ///< the topmost of its parents
  int attempt = 1;                               ///< counts the workflow's own retries
  std::string cron_schedule = {};                ///< empty when there is none
  std::optional<RetryPolicy> retry_policy = {};
  Priority priority = {};
  Timestamp start_time = {};
  std::optional<Duration> execution_timeout = {};
  std::optional<Duration> run_timeout = {};
  std::optional<Duration> task_timeout = {};
  Headers headers = {};  ///< that the run was started with; for interceptors
};

[[nodiscard]] const Info& info();

/// True while the workflow catches up with its history: side effects outside of Temporal should be left out then.
[[nodiscard]] bool is_replaying();

/// Events in the history so far, and its size in bytes; a workflow that grows without end should continue as new.
[[nodiscard]] std::uint32_t history_length();
[[nodiscard]] std::uint64_t history_size_bytes();

/// The server says that the history has become long: continue as new soon.
[[nodiscard]] bool continue_as_new_suggested();

/// The build that completes this workflow task. On replay the one that completed it then, so that it may be branched
/// on. Nothing for a worker without a version.
[[nodiscard]] std::optional<WorkerDeploymentVersion> current_deployment_version();

/// This workflow is pinned, and its task queue now routes to another build: one that continues as new can move there,
/// with `ContinueAsNewOptions::initial_versioning_behavior`.
[[nodiscard]] bool target_deployment_version_changed();

/// How the run before this one ended, for a cron schedule or a retry: its result and its failure.
/// Nothing and null when there was none. @throws DecodeError when the result was of another type.
template <class T>
[[nodiscard]] std::optional<T> last_completion_result();
[[nodiscard]] const std::exception_ptr& last_failure();

/// The workflow's own random numbers: seeded by the server, the same on replay. What `std::uniform_int_distribution` or
/// `std::shuffle` make of them is another matter with each standard library: a build with another one does not replay.
[[nodiscard]] std::mt19937_64& random();

/// A random UUID (version 4), the same on replay.
[[nodiscard]] std::string uuid4();

namespace detail {
const std::vector<Payload>& last_completion_result();
}  // namespace detail

template <class T>
std::optional<T> last_completion_result() {
  const auto& results = detail::last_completion_result();
  return results.empty() ? std::nullopt : std::optional<T>{converter::from_payload<T>(results.front())};
}

}  // namespace temporal::workflow
