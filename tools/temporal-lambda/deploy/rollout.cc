#include <tools/temporal-lambda/deploy/rollout.h>

#include <tools/temporal-lambda/deploy/explain.h>
#include <tools/temporal-lambda/deploy/function_arn.h>

#include <temporal/common/errors.h>

#include <set>

namespace temporal::lambda_deploy {
namespace {

using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;

/// A worker polls for workflows and for activities, and the server sees the one before the other.
constexpr Duration settling = 1s;

std::string to_text(client::TaskQueueType type) {
  switch (type) {
    case client::TaskQueueType::workflow:
      return "workflow";
    case client::TaskQueueType::activity:
      return "activity";
    case client::TaskQueueType::nexus:
      break;
  }
  return "nexus";
}

/// "orders: activity, workflow; mail: activity".
std::string to_text(const std::vector<client::VersionTaskQueue>& queues) {
  std::map<std::string, std::set<std::string>> types;
  for (const auto& queue : queues) types[queue.name].insert(to_text(queue.type));
  std::string text;
  for (const auto& [name, of_name] : types) {
    text += (text.empty() ? "" : "; ") + name + ":";
    for (const auto& type : of_name) text += (type == *of_name.begin() ? " " : ", ") + type;
  }
  return text;
}

class Rollout {
 public:
  Rollout(const Wish& wish, const Found& found, Deployments& temporal, const RolloutWorld& world, Duration patience)
      : wish_(wish), found_(found), temporal_(temporal), world_(world), patience_(patience) {}

  /// What was done, in words.
  std::string carry_out(Step step) {
    const auto& [name, build_id] = wish_.version;
    const auto version = name + "/" + build_id;
    const auto function = parse_function_arn(wish_.compute.function_arn).short_name();
    switch (step) {
      case Step::create_deployment:
        create_deployment();
        return "deployment " + name;
      case Step::create_version:
        temporal_.create(wish_.version, wish_.compute);
        return version + " → " + function + ", which Temporal has invoked";
      case Step::attach_compute:
      case Step::invoke_again:
        temporal_.set_compute(wish_.version, wish_.compute);
        return version + " → " + function + ", which Temporal has invoked";
      case Step::wait_until_bound:
        return "bound: " + to_text(wait_until_bound());
      case Step::make_current:
        temporal_.set_current(name, {.build_id = build_id,
                                     .ignore_missing_task_queues = wish_.routing.ignore_missing_task_queues,
                                     .conflict_token = unchanged()});
        wait_until_settled(name, temporal_, world_, patience_);
        return build_id + " is current, and was " + before();
      case Step::ramp:
        temporal_.set_ramping(name, {.build_id = build_id,
                                     .percentage = wish_.routing.percentage,
                                     .ignore_missing_task_queues = wish_.routing.ignore_missing_task_queues,
                                     .conflict_token = unchanged()});
        wait_until_settled(name, temporal_, world_, patience_);
        return build_id + " ramps; current is " + before();
    }
    return {};
  }

 private:
  /// Somebody else may have made it meanwhile.
  void create_deployment() {
    try {
      temporal_.create(wish_.version.deployment_name);
    } catch (const RpcError& error) {
      if (error.status() != GrpcStatus::already_exists) throw;
    }
  }

  std::vector<client::VersionTaskQueue> wait_until_bound() {
    const auto until = world_.now() + patience_;
    auto changed = world_.now();
    std::vector<client::VersionTaskQueue> queues;
    for (; queues.empty() ? world_.now() < until : world_.now() < changed + settling; world_.sleep(250ms)) {
      auto version = temporal_.describe(wish_.version);
      if (!version || version->task_queues.size() == queues.size()) continue;
      queues = std::move(version->task_queues);
      changed = world_.now();
    }
    if (!queues.empty()) return queues;
    const auto cause = temporal_.failure_of_compute(wish_.version);
    throw NotBound{"no worker has polled as " + wish_.version.deployment_name + "/" + wish_.version.build_id +
                   ": does the function start, reach this namespace, and call itself so? Its log says what it does" +
                   (cause ? ". The server's last attempt to invoke it: " + *cause : std::string{})};
  }

  /// The token of a deployment whose routing is still that of the plan.
  std::string unchanged() {
    const auto now = temporal_.describe(wish_.version.deployment_name);
    const auto& planned = found_.deployment;
    if (!now) throw Refusal{wish_.version.deployment_name + " is gone: somebody else has deleted it"};
    if (now->current_build_id != (planned ? planned->current_build_id : std::nullopt)) {
      throw Refusal{"somebody else has made " + now->current_build_id.value_or("no version") +
                    " current meanwhile: look at it, and run this again"};
    }
    return now->conflict_token;
  }

  [[nodiscard]] std::string before() const {
    return found_.deployment ? found_.deployment->current_build_id.value_or("no version") : "no version";
  }

  const Wish& wish_;
  const Found& found_;
  Deployments& temporal_;
  const RolloutWorld& world_;
  Duration patience_;
};

}  // namespace

Found find(Deployments& temporal, const WorkerDeploymentVersion& version) {
  Found found{.deployment = temporal.describe(version.deployment_name)};
  if (found.deployment) found.version = temporal.describe(version);
  return found;
}

void wait_until_settled(const std::string& deployment, Deployments& temporal, const RolloutWorld& world,
                        Duration patience) {
  for (const auto until = world.now() + patience; world.now() < until; world.sleep(250ms)) {
    const auto found = temporal.describe(deployment);
    if (!found || found->routing_settled) return;
  }
  throw Error{"the routing of " + deployment +
              " is changed, but not all task queues follow yet: new workflows may wait for long. Run this again"};
}

void carry_out(const std::vector<Step>& steps, const Wish& wish, const Found& found, Deployments& temporal,
               const RolloutWorld& world, Duration patience) {
  Rollout rollout{wish, found, temporal, world, patience};
  for (const auto step : steps) {
    try {
      world.say("✓ " + rollout.carry_out(step));
    } catch (const RpcError& error) {
      const auto remedy = explain(error.message(), temporal.failure_of_compute(wish.version), wish.compute);
      throw Error{"could not " + describe(step, wish, found) + ": " + error.message() +
                  (remedy ? "\n→ " + *remedy : std::string{})};
    }
  }
}

}  // namespace temporal::lambda_deploy
