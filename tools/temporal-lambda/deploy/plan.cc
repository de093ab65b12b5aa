#include <tools/temporal-lambda/deploy/plan.h>

#include <tools/temporal-lambda/deploy/function_arn.h>

#include <algorithm>
#include <array>
#include <cstdio>

namespace temporal::lambda_deploy {
namespace {

bool is_bound(const Found& found) { return found.version && !found.version->task_queues.empty(); }

void check_function(const Wish& wish, const client::AwsLambda& deployed) {
  if (deployed.function_arn == wish.compute.function_arn) return;
  throw Refusal{"build " + wish.version.build_id + " of " + wish.version.deployment_name + " is " +
                deployed.function_arn + ", and not " + wish.compute.function_arn +
                ": the code would change under workflows that run on it. Give the new code a build id of its own"};
}

std::string percent(double percentage) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%g %%", percentage);
  return text.data();
}

std::string in_words(const std::optional<std::string>& build_id) { return build_id.value_or("no version"); }

}  // namespace

std::vector<Step> plan(const Wish& wish, const Found& found) {
  std::vector<Step> steps;
  if (!found.deployment) steps.push_back(Step::create_deployment);
  if (!found.version) {
    steps.push_back(Step::create_version);
  } else if (!found.version->compute) {
    steps.push_back(Step::attach_compute);
  } else {
    check_function(wish, *found.version->compute);
    if (*found.version->compute != wish.compute) {
      steps.push_back(Step::attach_compute);
    } else if (!is_bound(found)) {
      steps.push_back(Step::invoke_again);
    }
  }
  if (!is_bound(found)) steps.push_back(Step::wait_until_bound);
  const auto& deployment = found.deployment;
  const bool is_current = deployment && deployment->current_build_id == wish.version.build_id;
  const bool ramps = deployment && deployment->ramping_build_id == wish.version.build_id &&
                     deployment->ramping_percentage == wish.routing.percentage;
  if (wish.routing.kind == Routing::Kind::current && !is_current) steps.push_back(Step::make_current);
  if (wish.routing.kind == Routing::Kind::ramping) {
    if (is_current) {
      throw Refusal{wish.version.build_id + " is current and gets all tasks: there is nothing to ramp"};
    }
    if (!ramps) steps.push_back(Step::ramp);
  }
  return steps;
}

std::string describe(Step step, const Wish& wish, const Found& found) {
  const auto& [deployment, build_id] = wish.version;
  const auto function = parse_function_arn(wish.compute.function_arn).short_name();
  const auto current = found.deployment ? found.deployment->current_build_id : std::nullopt;
  switch (step) {
    case Step::create_deployment:
      return "create the deployment " + deployment;
    case Step::create_version:
      return "create its version " + build_id + " for " + function + ", which Temporal invokes once";
    case Step::attach_compute:
      return "have Temporal invoke " + function + " for " + deployment + "/" + build_id;
    case Step::invoke_again:
      return "have Temporal invoke " + function + " again: nothing has polled as " + deployment + "/" + build_id;
    case Step::wait_until_bound:
      return "wait until its worker has polled";
    case Step::make_current:
      return "make " + build_id + " current, which is " + in_words(current) + " now";
    case Step::ramp:
      return "give " + build_id + " " + percent(wish.routing.percentage) + " of the tasks of " + in_words(current);
  }
  return {};
}

std::optional<std::string> version_before(const client::WorkerDeploymentDescription& deployment) {
  const client::WorkerDeploymentVersionSummary* before = nullptr;
  for (const auto& version : deployment.versions) {
    if (!version.last_current_time || version.build_id == deployment.current_build_id) continue;
    if (before == nullptr || before->last_current_time < version.last_current_time) before = &version;
  }
  if (before == nullptr) return std::nullopt;
  return before->build_id;
}

}  // namespace temporal::lambda_deploy
