#pragma once

#include <temporal/common/error.h>

#include <string>
#include <string_view>
#include <utility>

/// \file
/// How a Lambda worker fails: the error types that the Lambda service and its metrics get to see.

namespace temporal::lambda {

enum class ErrorType {
  configuration,       ///< version, file, environment, options or registrations are wrong
  configure_callback,  ///< the user's callback threw
  deadline,            ///< too little time to start a worker
  connection,          ///< the server cannot be reached, or stopped answering
  worker,              ///< the server refused the worker
  event,               ///< what handed out the event, which is not Lambda then, gave it no deadline that can be
  internal,            ///< anything else: a defect
};

/// "Temporal.ConfigurationError", …: what `Lambda-Runtime-Function-Error-Type` and `errorType` say.
constexpr std::string_view to_string(ErrorType type) noexcept {
  switch (type) {
    case ErrorType::configuration:
      return "Temporal.ConfigurationError";
    case ErrorType::configure_callback:
      return "Temporal.ConfigureCallbackError";
    case ErrorType::deadline:
      return "Temporal.DeadlineError";
    case ErrorType::connection:
      return "Temporal.ConnectionError";
    case ErrorType::worker:
      return "Temporal.WorkerError";
    case ErrorType::event:
      return "Temporal.EventError";
    case ErrorType::internal:
      break;
  }
  return "Temporal.InternalError";
}

/// The start of a Lambda worker, or one invocation of it, failed. The message says what to change.
class LambdaError : public Error {
 public:
  LambdaError(ErrorType type, std::string message, std::exception_ptr cause = {})
      : Error(std::move(message), std::move(cause)), type_(type) {}

  [[nodiscard]] ErrorType type() const noexcept { return type_; }

 private:
  ErrorType type_;
};

}  // namespace temporal::lambda
