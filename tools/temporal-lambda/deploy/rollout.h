#pragma once

#include <tools/temporal-lambda/deploy/deployments.h>
#include <tools/temporal-lambda/deploy/plan.h>

#include <temporal/common/duration.h>

#include <chrono>
#include <functional>
#include <string>

namespace temporal::lambda_deploy {

/// What a rollout touches besides Temporal.
struct RolloutWorld {
  std::function<std::chrono::steady_clock::time_point()> now = std::chrono::steady_clock::now;
  std::function<void(Duration)> sleep = {};
  std::function<void(const std::string& line)> say = {};
};

/// No worker has polled as the version in time: what was current stays current.
class NotBound : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

Found find(Deployments& temporal, const WorkerDeploymentVersion& version);

/// Waits until the task queues of a deployment follow its routing: a task that comes before can wait for long.
/// @throws Error when they do not in time
void wait_until_settled(const std::string& deployment, Deployments& temporal, const RolloutWorld& world,
                        Duration patience);

/// Does the steps of a plan, and says each when it is done. Can be run again after any failure, with a plan of what is
/// found then. @throws Refusal, NotBound, Error with what to do about it
void carry_out(const std::vector<Step>& steps, const Wish& wish, const Found& found, Deployments& temporal,
               const RolloutWorld& world, Duration patience);

}  // namespace temporal::lambda_deploy
