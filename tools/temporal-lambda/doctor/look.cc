#include <tools/temporal-lambda/doctor/look.h>

#include <tools/temporal-lambda/deploy/deployments.h>

#include <temporal/client/client.h>
#include <temporal/common/errors.h>

#include <algorithm>

namespace temporal::lambda_doctor {
namespace {

/// What gets tasks, or would: the version that is current, else ramps, else was made last.
std::string version_to_look_at(const client::WorkerDeploymentDescription& deployment) {
  if (deployment.current_build_id) return *deployment.current_build_id;
  if (deployment.ramping_build_id) return *deployment.ramping_build_id;
  const auto last =
      std::ranges::max_element(deployment.versions, {}, &client::WorkerDeploymentVersionSummary::create_time);
  return last == deployment.versions.end() ? std::string{} : last->build_id;
}

void look(client::Client client, Facts& facts) {
  const auto temporal = lambda_deploy::deployments_of(client);
  // Before the validation, which takes the last failure away.
  facts.deployment = temporal->describe(facts.deployment_name);
  if (!facts.deployment) return;
  for (const auto& summary : facts.deployment->versions) {
    const WorkerDeploymentVersion version{facts.deployment_name, summary.build_id};
    if (auto description = temporal->describe(version)) facts.versions[summary.build_id] = *std::move(description);
  }
  if (facts.build_id.empty()) facts.build_id = version_to_look_at(*facts.deployment);
  const auto version = facts.versions.find(facts.build_id);
  if (version == facts.versions.end() || !version->second.compute) return;
  facts.controller_failure = temporal->failure_of_compute({facts.deployment_name, facts.build_id});
  try {
    client.worker_deployment(facts.deployment_name).validate_compute(facts.build_id, *version->second.compute).get();
  } catch (const RpcError& error) {
    facts.validation_error = error.message();
  }
}

}  // namespace

Facts look(const client::ConnectOptions& connect, const std::string& deployment, const std::string& build_id) {
  Facts facts{
      .where = connect.namespace_ + " at " + connect.address, .deployment_name = deployment, .build_id = build_id};
  try {
    look(client::Client::connect(connect), facts);
  } catch (const Error& error) {
    facts.connection_error = error.message();
  }
  return facts;
}

}  // namespace temporal::lambda_doctor
