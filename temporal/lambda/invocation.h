#pragma once

#include <temporal/common/duration.h>
#include <temporal/lambda/error.h>

#include <optional>
#include <string>

/// \file
/// One event from the Lambda service and what came of it.

namespace temporal::lambda {

/// What the worker has to know of an event. Its payload is not part of it: a worker gets its tasks from the server.
struct Invocation {
  std::string request_id = {};
  std::string function_arn = {};
  std::optional<Timestamp> deadline = {};  ///< when Lambda stops the process; an invocation without one fails
  std::string trace_id = {};               ///< X-Ray's, empty when tracing is off
};

struct Failure {
  ErrorType type = ErrorType::internal;
  std::string message = {};

  bool operator==(const Failure&) const = default;
};

/// How an invocation ended.
struct Outcome {
  std::optional<Failure> failure = {};  ///< none: success, answered with `null`
  /// Something is stuck and was abandoned on a thread that cannot be killed. Send the answer, then end the process
  /// without running destructors; the next event gets a fresh one. For Lambda a process that ends before it has asked
  /// for the next event has failed: `run_worker` replaces its image instead.
  bool must_exit = false;
};

}  // namespace temporal::lambda
