#pragma once

#include <temporal/common/duration.h>
#include <temporal/common/retry_policy.h>

#include <cstdint>
#include <optional>
#include <random>
#include <string>

/// \file
/// What a workflow can know of itself, and deterministic randomness. Each function throws `std::logic_error` when it is
/// called outside of a workflow.

namespace temporal::workflow {

/// Facts of this workflow execution that do not change while it runs.
struct Info {
  std::string workflow_id = {};
  std::string run_id = {};
  std::string workflow_type = {};
  std::string namespace_ = {};
  std::string task_queue = {};
  std::string first_execution_run_id = {};
  std::string continued_run_id = {};  ///< of the run that continued as this one; empty when there is none
  int attempt = 1;                    ///< counts the workflow's own retries
  Timestamp start_time = {};
  std::optional<Duration> execution_timeout = {};
  std::optional<Duration> run_timeout = {};
  std::optional<Duration> task_timeout = {};
};

[[nodiscard]] const Info& info();

/// True while the workflow catches up with its history: side effects outside of Temporal should be left out then.
[[nodiscard]] bool is_replaying();

/// Events in the history so far, and its size in bytes; a workflow that grows without end should continue as new.
[[nodiscard]] std::uint32_t history_length();
[[nodiscard]] std::uint64_t history_size_bytes();

/// Cancellation of this workflow has been requested.
[[nodiscard]] bool cancellation_requested();

/// The workflow's own random numbers: seeded by the server, the same on replay.
[[nodiscard]] std::mt19937_64& random();

/// A random UUID (version 4), the same on replay.
[[nodiscard]] std::string uuid4();

}  // namespace temporal::workflow
