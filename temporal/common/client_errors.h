#pragma once

#include <temporal/common/error.h>

#include <cstddef>
#include <optional>
#include <string>
#include <utility>

/// \file
/// Errors of the process that throws them: of clients, of configuration, of conversion. They do not travel as such.

namespace temporal {

/// The codes of https://grpc.github.io/grpc/core/md_doc_statuscodes.html.
enum class GrpcStatus {
  ok = 0,
  cancelled = 1,
  unknown = 2,
  invalid_argument = 3,
  deadline_exceeded = 4,
  not_found = 5,
  already_exists = 6,
  permission_denied = 7,
  resource_exhausted = 8,
  failed_precondition = 9,
  aborted = 10,
  out_of_range = 11,
  unimplemented = 12,
  internal = 13,
  unavailable = 14,
  data_loss = 15,
  unauthenticated = 16,
};

/// The server answered a call with an error.
class RpcError : public Error {
 public:
  explicit RpcError(GrpcStatus status, std::string message, std::string details = {})
      : Error(std::move(message)), status_(status), details_(std::move(details)) {}

  [[nodiscard]] GrpcStatus status() const noexcept { return status_; }
  /// A serialized `google.rpc.Status`, or empty.
  [[nodiscard]] const std::string& details() const noexcept { return details_; }

 private:
  GrpcStatus status_;
  std::string details_;
};

/// There is no such workflow execution, or it has ended and takes no signals and updates any more. (To cancel one that
/// has ended is no error.)
class WorkflowNotFoundError : public RpcError {
 public:
  explicit WorkflowNotFoundError(std::string message, std::string details = {})
      : RpcError(GrpcStatus::not_found, std::move(message), std::move(details)) {}
};

/// The server could not be reached or did not answer in time.
class ConnectionError : public Error {
 public:
  using Error::Error;
};

/// An option, a registration or a configuration file is wrong. The message says what to change.
class ConfigurationError : public Error {
 public:
  using Error::Error;
};

/// What a `DecodeError` is about.
struct DecodeErrorInfo {
  std::string cpp_type = {};                 ///< the type that was asked for, readable
  std::string encoding = {};                 ///< the payload's, empty when there is no payload
  std::optional<std::size_t> argument = {};  ///< counted from 1, when it is one of several
};

/// A payload does not decode as the type that was asked for.
class DecodeError : public Error {
 public:
  explicit DecodeError(std::string message, DecodeErrorInfo info = {}, std::exception_ptr cause = {})
      : Error(std::move(message), std::move(cause)), info_(std::move(info)) {}

  [[nodiscard]] const DecodeErrorInfo& info() const noexcept { return info_; }

 private:
  DecodeErrorInfo info_;
};

/// A value has no encoding, for example a string that is not UTF-8.
class EncodeError : public Error {
 public:
  using Error::Error;
};

/// A workflow whose result was awaited did not complete. Its cause says how it ended: `ApplicationError`,
/// `CancelledError`, `TerminatedError`, `TimeoutError`, …
class WorkflowFailedError : public Error {
 public:
  explicit WorkflowFailedError(std::exception_ptr cause, std::string message = "workflow execution failed")
      : Error(std::move(message), std::move(cause)) {}
};

/// A run was continued as another, and its result was asked for without following.
class WorkflowContinuedAsNewError : public Error {
 public:
  explicit WorkflowContinuedAsNewError(std::string new_run_id)
      : Error("workflow execution continued as new run " + new_run_id), new_run_id_(std::move(new_run_id)) {}

  [[nodiscard]] const std::string& new_run_id() const noexcept { return new_run_id_; }

 private:
  std::string new_run_id_;
};

/// A workflow of this id runs already, or has run and its id may not be used again.
class WorkflowAlreadyStartedError : public Error {
 public:
  explicit WorkflowAlreadyStartedError(std::string workflow_id, std::string run_id)
      : Error("workflow " + workflow_id + " has already been started"),
        workflow_id_(std::move(workflow_id)),
        run_id_(std::move(run_id)) {}

  [[nodiscard]] const std::string& workflow_id() const noexcept { return workflow_id_; }
  [[nodiscard]] const std::string& run_id() const noexcept { return run_id_; }

 private:
  std::string workflow_id_;
  std::string run_id_;
};

/// The code of a workflow does not do what its history says it did. The message is that of Temporal's core.
class NondeterminismError : public Error {
 public:
  using Error::Error;
};

/// A query handler failed, or the server refused the query.
class QueryFailedError : public Error {
 public:
  using Error::Error;
};

/// An update was rejected, or its handler failed. Its cause says how.
class UpdateFailedError : public Error {
 public:
  explicit UpdateFailedError(std::exception_ptr cause, std::string message = "workflow update failed")
      : Error(std::move(message), std::move(cause)) {}
};

}  // namespace temporal
