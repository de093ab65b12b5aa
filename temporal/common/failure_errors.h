#pragma once

#include <temporal/common/duration.h>
#include <temporal/common/error.h>
#include <temporal/common/payload.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

/// \file
/// Failures that travel between workflows, activities and clients.
/// See https://docs.temporal.io/references/failures for what each one means.

namespace temporal {

namespace api::failure::v1 {
class Failure;
}

/// Base of the failures that travel. A workflow that throws one fails; any other exception fails only its current task,
/// which is tried again.
class FailureError : public Error {
 public:
  using Error::Error;

  /// For the converter: the message it was read from, so that passing it on changes nothing. Null when made here.
  [[nodiscard]] const std::shared_ptr<const api::failure::v1::Failure>& original() const noexcept { return original_; }
  void set_original(std::shared_ptr<const api::failure::v1::Failure> original) noexcept {
    original_ = std::move(original);
  }

 private:
  std::shared_ptr<const api::failure::v1::Failure> original_;
};

/// How the server's metrics and logs treat an `ApplicationError`.
enum class ErrorCategory {
  unspecified,
  benign,  ///< expected in normal operation: not counted and not logged as a failure
};

/// What can be said about an `ApplicationError` besides its message.
struct ApplicationErrorOptions {
  std::string type = {};                          ///< what callers and retry policies tell it by
  std::vector<Payload> details = {};              ///< made with `converter::to_payloads`
  bool non_retryable = false;                     ///< true: no retry, whatever the retry policy says
  std::optional<Duration> next_retry_delay = {};  ///< in place of the retry policy's wait
  ErrorCategory category = ErrorCategory::unspecified;
  std::exception_ptr cause = {};
  std::string stack_trace = {};
};

/// The failure that user code throws on purpose:
/// `throw temporal::ApplicationError("no money", {.type = "CardDeclined", .non_retryable = true});`
/// Any other exception that leaves an activity becomes one, with its class as the type.
class ApplicationError : public FailureError {
 public:
  explicit ApplicationError(std::string message, ApplicationErrorOptions options = {})
      : FailureError(std::move(message), options.cause, options.stack_trace),
        options_(std::make_shared<const ApplicationErrorOptions>(std::move(options))) {}

  [[nodiscard]] const std::string& type() const noexcept { return options_->type; }
  /// Read them with `converter::from_payloads`.
  [[nodiscard]] const std::vector<Payload>& details() const noexcept { return options_->details; }
  [[nodiscard]] bool non_retryable() const noexcept { return options_->non_retryable; }
  [[nodiscard]] std::optional<Duration> next_retry_delay() const noexcept { return options_->next_retry_delay; }
  [[nodiscard]] ErrorCategory category() const noexcept { return options_->category; }

 private:
  std::shared_ptr<const ApplicationErrorOptions> options_;
};

/// Work was cancelled on request.
class CancelledError : public FailureError {
 public:
  explicit CancelledError(std::string message = "cancelled", std::vector<Payload> details = {},
                          std::exception_ptr cause = {}, std::string stack_trace = {})
      : FailureError(std::move(message), std::move(cause), std::move(stack_trace)), details_(std::move(details)) {}

  [[nodiscard]] const std::vector<Payload>& details() const noexcept { return details_; }

 private:
  std::vector<Payload> details_;
};

/// True for a `CancelledError`, and for the `ActivityError`, `ChildWorkflowError` or `NexusOperationError` of what was
/// cancelled. A failure that a cancellation only caused, such as a rollback that went wrong, is none.
[[nodiscard]] bool is_cancellation(const std::exception_ptr& error);

namespace detail {

/// While it lives, a cancellation anywhere among the causes counts on this thread: for workflow code that is replayed
/// and was recorded when it did.
class CancellationsCountAnywhere {
 public:
  explicit CancellationsCountAnywhere(bool anywhere) noexcept;
  CancellationsCountAnywhere(const CancellationsCountAnywhere&) = delete;
  CancellationsCountAnywhere& operator=(const CancellationsCountAnywhere&) = delete;
  ~CancellationsCountAnywhere();

 private:
  const bool before_;
};

}  // namespace detail

/// A workflow was ended by a request that it could not see.
class TerminatedError : public FailureError {
 public:
  using FailureError::FailureError;
};

enum class TimeoutType { unspecified, start_to_close, schedule_to_start, schedule_to_close, heartbeat };

/// A timeout of an activity or workflow ran out.
class TimeoutError : public FailureError {
 public:
  explicit TimeoutError(std::string message, TimeoutType type, std::vector<Payload> last_heartbeat_details = {},
                        std::exception_ptr cause = {}, std::string stack_trace = {})
      : FailureError(std::move(message), std::move(cause), std::move(stack_trace)),
        type_(type),
        last_heartbeat_details_(std::move(last_heartbeat_details)) {}

  [[nodiscard]] TimeoutType timeout_type() const noexcept { return type_; }
  [[nodiscard]] const std::vector<Payload>& last_heartbeat_details() const noexcept { return last_heartbeat_details_; }

 private:
  TimeoutType type_;
  std::vector<Payload> last_heartbeat_details_;
};

/// The server itself failed the work.
class ServerError : public FailureError {
 public:
  explicit ServerError(std::string message, bool non_retryable = false, std::exception_ptr cause = {},
                       std::string stack_trace = {})
      : FailureError(std::move(message), std::move(cause), std::move(stack_trace)), non_retryable_(non_retryable) {}

  [[nodiscard]] bool non_retryable() const noexcept { return non_retryable_; }

 private:
  bool non_retryable_;
};

/// The workflow was reset to an earlier point.
class ResetWorkflowError : public FailureError {
 public:
  explicit ResetWorkflowError(std::string message, std::vector<Payload> last_heartbeat_details = {},
                              std::exception_ptr cause = {}, std::string stack_trace = {})
      : FailureError(std::move(message), std::move(cause), std::move(stack_trace)),
        last_heartbeat_details_(std::move(last_heartbeat_details)) {}

  [[nodiscard]] const std::vector<Payload>& last_heartbeat_details() const noexcept { return last_heartbeat_details_; }

 private:
  std::vector<Payload> last_heartbeat_details_;
};

/// Why the server did not try again.
enum class RetryState {
  unspecified,
  in_progress,
  non_retryable_failure,
  timeout,
  maximum_attempts_reached,
  retry_policy_not_set,
  internal_server_error,
  cancel_requested,
};

/// Which activity an `ActivityError` is about.
struct ActivityErrorInfo {
  std::string activity_type = {};
  std::string activity_id = {};
  std::string identity = {};  ///< of the worker that ran it last
  std::int64_t scheduled_event_id = 0;
  std::int64_t started_event_id = 0;
  RetryState retry_state = RetryState::unspecified;
};

/// An activity failed for good. Its cause says how: `ApplicationError`, `TimeoutError`, `CancelledError`, …
class ActivityError : public FailureError {
 public:
  explicit ActivityError(std::string message, ActivityErrorInfo info = {}, std::exception_ptr cause = {},
                         std::string stack_trace = {})
      : FailureError(std::move(message), std::move(cause), std::move(stack_trace)), info_(std::move(info)) {}

  [[nodiscard]] const ActivityErrorInfo& info() const noexcept { return info_; }
  [[nodiscard]] const std::string& activity_type() const noexcept { return info_.activity_type; }
  [[nodiscard]] const std::string& activity_id() const noexcept { return info_.activity_id; }
  [[nodiscard]] RetryState retry_state() const noexcept { return info_.retry_state; }

 private:
  ActivityErrorInfo info_;
};

/// Which child workflow a `ChildWorkflowError` is about.
struct ChildWorkflowErrorInfo {
  std::string namespace_ = {};
  std::string workflow_id = {};
  std::string run_id = {};
  std::string workflow_type = {};
  std::int64_t initiated_event_id = 0;
  std::int64_t started_event_id = 0;
  RetryState retry_state = RetryState::unspecified;
};

/// A child workflow failed for good. Its cause says how.
class ChildWorkflowError : public FailureError {
 public:
  explicit ChildWorkflowError(std::string message, ChildWorkflowErrorInfo info = {}, std::exception_ptr cause = {},
                              std::string stack_trace = {})
      : FailureError(std::move(message), std::move(cause), std::move(stack_trace)), info_(std::move(info)) {}

  [[nodiscard]] const ChildWorkflowErrorInfo& info() const noexcept { return info_; }

 private:
  ChildWorkflowErrorInfo info_;
};

/// Which Nexus operation a `NexusOperationError` is about.
struct NexusOperationErrorInfo {
  std::int64_t scheduled_event_id = 0;
  std::string endpoint = {};
  std::string service = {};
  std::string operation = {};
  std::string operation_token = {};
};

/// A Nexus operation failed for good. Its cause says how.
class NexusOperationError : public FailureError {
 public:
  explicit NexusOperationError(std::string message, NexusOperationErrorInfo info = {}, std::exception_ptr cause = {},
                               std::string stack_trace = {})
      : FailureError(std::move(message), std::move(cause), std::move(stack_trace)), info_(std::move(info)) {}

  [[nodiscard]] const NexusOperationErrorInfo& info() const noexcept { return info_; }

 private:
  NexusOperationErrorInfo info_;
};

}  // namespace temporal
