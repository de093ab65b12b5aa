#pragma once

#include <temporal/common/payload.h>

#include <exception>
#include <optional>
#include <string>

/// \file
/// What calls of a client give, with their types erased.

namespace temporal::client {

/// The execution that was started, or that ran already and was joined.
struct StartedWorkflow {
  std::string workflow_id = {};
  std::string run_id = {};
  std::string first_run_id = {};  ///< of the chain of runs that the run belongs to
};

/// How an update ended.
struct UpdateOutcome {
  std::exception_ptr failure = {};  ///< set: it was rejected or failed, with an `UpdateFailedError`
  Payload value = {};
};

/// An update that has come to the stage it was sent for. One that was rejected or failed is no failure of the call.
struct StartedUpdate {
  std::string workflow_id = {};
  std::string run_id = {};
  std::string update_id = {};
  std::optional<UpdateOutcome> outcome = {};  ///< where it has ended
};

struct StartedWorkflowWithUpdate {
  StartedWorkflow workflow = {};
  StartedUpdate update = {};
};

}  // namespace temporal::client
