#include <tools/temporal-lambda/deploy/deployments.h>

#include <temporal/client/client.h>

#include <temporal/api/history/v1/message.pb.h>

#include <algorithm>

namespace temporal::lambda_deploy {
namespace {

/// What a call gives, or none for what does not exist.
template <class T>
std::optional<T> if_found(Future<T> call) {
  try {
    return call.get();
  } catch (const RpcError& error) {
    if (error.status() != GrpcStatus::not_found) throw;
    return std::nullopt;
  }
}

/// The innermost message, which is AWS's.
std::string text_of(const temporal::api::failure::v1::Failure& failure) {
  return failure.has_cause() ? text_of(failure.cause()) : failure.message();
}

class ClientDeployments final : public Deployments {
 public:
  explicit ClientDeployments(client::Client client) : client_(std::move(client)) {}

  [[nodiscard]] std::string where() const override {
    return client_.options().namespace_ + " at " + client_.options().address;
  }
  std::optional<client::WorkerDeploymentDescription> describe(const std::string& name) override {
    return if_found(client_.worker_deployment(name).describe());
  }
  std::optional<client::WorkerDeploymentVersionDescription> describe(const WorkerDeploymentVersion& version) override {
    return if_found(of(version).describe_version(version.build_id));
  }
  void create(const std::string& name) override { client_.worker_deployment(name).create().get(); }
  void create(const WorkerDeploymentVersion& version, const client::AwsLambda& compute) override {
    of(version).create_version({.build_id = version.build_id, .compute = compute}).get();
  }
  void set_compute(const WorkerDeploymentVersion& version, const client::AwsLambda& compute) override {
    of(version).set_compute(version.build_id, compute).get();
  }
  void set_current(const std::string& name, const client::SetCurrentOptions& options) override {
    client_.worker_deployment(name).set_current(options).get();
  }
  void set_ramping(const std::string& name, const client::SetRampingOptions& options) override {
    client_.worker_deployment(name).set_ramping(options).get();
  }

  /// The Worker Controller is a workflow for each version, and its history says what AWS said. Not every server lets
  /// everybody read it: then nobody knows.
  std::optional<std::string> failure_of_compute(const WorkerDeploymentVersion& version) override {
    const auto id = "temporal-sys-worker-controller-instance:" + version.deployment_name + ":" + version.build_id;
    temporal::api::history::v1::History history;
    try {
      history.ParseFromString(client_.workflow_handle(id).fetch_history().get().bytes);
    } catch (const Error&) {
      return std::nullopt;
    }
    const auto& events = history.events();
    const auto last = std::find_if(events.rbegin(), events.rend(), [](const auto& event) {
      return event.has_activity_task_failed_event_attributes() || event.has_activity_task_completed_event_attributes();
    });
    if (last == events.rend() || !last->has_activity_task_failed_event_attributes()) return std::nullopt;
    return text_of(last->activity_task_failed_event_attributes().failure());
  }

 private:
  [[nodiscard]] client::WorkerDeployment of(const WorkerDeploymentVersion& version) const {
    return client_.worker_deployment(version.deployment_name);
  }

  client::Client client_;
};

}  // namespace

std::unique_ptr<Deployments> deployments_of(client::Client client) {
  return std::make_unique<ClientDeployments>(std::move(client));
}

}  // namespace temporal::lambda_deploy
