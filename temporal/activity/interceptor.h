#pragma once

#include <temporal/activity/activity.h>
#include <temporal/common/headers.h>
#include <temporal/common/interceptor_chain.h>
#include <temporal/common/payload.h>
#include <temporal/common/task.h>

#include <memory>
#include <utility>
#include <vector>

/// \file
/// What an interceptor sees of the activities that a worker runs.

namespace temporal::activity {

/// The attempt begins. Which activity it is of, `activity::info()` says.
struct ExecuteInput {
  std::vector<Payload> arguments = {};
  Headers headers = {};
};

/// The activity says how far it is. What is changed here is what the next attempt will find.
struct HeartbeatInput {
  std::vector<Payload> details = {};
};

/// One link of the chain around one attempt of an activity, local or not. Derive from it and override what is of
/// interest; call the function of this class to hand on. All that activity code can ask for works inside. Used by one
/// thread at a time; it ends with the attempt.
///
/// `execute` is a coroutine for activities that are plain functions, too. These run on a thread that may block, as do
/// the links around them; the links around a coroutine share its executor.
///
/// ```cpp
/// temporal::Task<Payload> execute(activity::ExecuteInput input) override {
///   const Stopwatch watch{activity::info().activity_type};
///   co_return co_await AttemptInterceptor::execute(std::move(input));
/// }
/// ```
class AttemptInterceptor : public InterceptorLink<AttemptInterceptor> {
 public:
  /// What the task throws is what the attempt failed with, whoever threw it. An activity that is completed elsewhere
  /// leaves with an exception that is no `std::exception`: who catches all has to throw it on.
  virtual Task<Payload> execute(ExecuteInput input) { return next().execute(std::move(input)); }
  virtual void heartbeat(HeartbeatInput& input) { next().heartbeat(input); }
};

/// Makes the interceptors of attempts. Thread-safe.
class Interceptor : public InterceptorBase {
 public:
  /// Called when an attempt begins, where it will run. Null: this one is of no interest. What it throws fails the
  /// attempt.
  virtual std::unique_ptr<AttemptInterceptor> intercept_activity(const Info& /*info*/) { return nullptr; }
};

}  // namespace temporal::activity
