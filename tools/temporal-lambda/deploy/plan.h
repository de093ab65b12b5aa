#pragma once

#include <temporal/client/worker_deployment_description.h>
#include <temporal/common/versioning.h>

#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

/// \file
/// The Temporal half of a deployment: what is wished, what was found, and the steps between them. Pure functions.

namespace temporal::lambda_deploy {

/// Which tasks the version is to get.
struct Routing {
  enum class Kind { current, ramping, none };
  Kind kind = Kind::current;
  double percentage = 0;  ///< of `ramping`
  /// Also where task queues of what is current have had no worker of this version.
  bool ignore_missing_task_queues = false;
};

struct Wish {
  WorkerDeploymentVersion version = {};
  client::AwsLambda compute = {};
  Routing routing = {};
};

struct Found {
  std::optional<client::WorkerDeploymentDescription> deployment = {};
  std::optional<client::WorkerDeploymentVersionDescription> version = {};
};

enum class Step {
  create_deployment,
  create_version,
  attach_compute,  ///< to a version that has none, because a worker of it ran first
  invoke_again,    ///< its function was invoked, but nothing polled
  wait_until_bound,
  make_current,
  ramp,
};

/// What the wish cannot be brought about for, with what to do about it.
class Refusal : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The steps that are missing, in order; none: all is as it is wished.
/// @throws Refusal for a version that runs another function: its code would change under running workflows
std::vector<Step> plan(const Wish& wish, const Found& found);

/// A step in words, before it is done.
std::string describe(Step step, const Wish& wish, const Found& found);

/// The version that a rollback goes to: the last one that was current before this. None: there was none.
std::optional<std::string> version_before(const client::WorkerDeploymentDescription& deployment);

}  // namespace temporal::lambda_deploy
