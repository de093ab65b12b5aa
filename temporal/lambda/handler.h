#pragma once

#include <temporal/common/versioning.h>
#include <temporal/lambda/configure.h>
#include <temporal/lambda/detail/world.h>
#include <temporal/lambda/invocation.h>

#include <memory>
#include <stop_token>

/// \file
/// The handler without the loop: for tests and for hosts that receive their events in another way.
///
/// ```cpp
/// lambda::Handler handler{{.deployment_name = "my-app", .build_id = "build-1"}, configure};
/// auto outcome = handler({.request_id = "1", .function_arn = arn, .deadline = std::chrono::system_clock::now() +
/// 1min});
/// ```

namespace temporal::lambda {

/// One execution environment: made in the init phase, then called once for each event. Not thread-safe.
class Handler {
 public:
  /// The init phase: loads the configuration, calls the callback for the first invocation, connects. That there is no
  /// connection is no error here; the first invocation tries again.
  /// @throws LambdaError
  Handler(WorkerDeploymentVersion version, Configure configure)
      : Handler(std::move(version), std::move(configure), detail::real_world()) {}
  Handler(WorkerDeploymentVersion version, Configure configure, detail::World world);
  Handler(Handler&&) noexcept;
  Handler& operator=(Handler&&) noexcept;
  /// Destroys the scope object of an invocation that never came.
  ~Handler();

  /// One invocation: runs a worker until its time is up, then the shutdown hooks. A stop request ends it early, as
  /// SIGTERM does. Failures are in the outcome.
  Outcome operator()(const Invocation& invocation, std::stop_token stop = {});

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace temporal::lambda
