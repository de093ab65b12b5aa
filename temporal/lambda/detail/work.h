#pragma once

#include <temporal/lambda/detail/connection_cache.h>
#include <temporal/lambda/detail/deadline.h>
#include <temporal/lambda/detail/world.h>
#include <temporal/lambda/lambda_worker_config.h>

#include <stop_token>

/// \file
/// The middle of an invocation: from a configuration to a worker that has stopped.

namespace temporal::lambda::detail {

/// What one invocation works with.
struct Shift {
  const World& world;
  ConnectionCache& connections;
  Logger log;
  Schedule schedule;
  std::stop_token stop = {};
};

struct WorkResult {
  bool abandoned = false;         ///< something is stuck: answer, then end the process
  std::exception_ptr error = {};  ///< what fails the invocation, or null
};

/// @throws LambdaError of type `deadline` when there is too little time; warns when there is not much.
void check_budget(const Shift& shift);

/// Connects, runs the worker until its time is up, it is idle, it failed or a stop was requested, and stops it.
WorkResult work(const LambdaWorkerConfig& config, const Shift& shift);

}  // namespace temporal::lambda::detail
