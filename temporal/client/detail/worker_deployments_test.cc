#include <temporal/client/detail/worker_deployments.h>

#include <temporal/converter/proto_payload.h>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace temporal::client::detail {
namespace {

namespace enums = temporal::api::enums::v1;
namespace service = temporal::api::workflowservice::v1;

using Config = temporal::api::compute::v1::ComputeConfig;

Config config_of(const AwsLambda& compute) {
  Config config;
  (*config.mutable_scaling_groups())[scaling_group] = to_proto(compute);
  return config;
}

TEST(WorkerDeployments, ComputeIsWrittenAsTheServersProviderReadsIt) {
  const auto group = to_proto({.function_arn = "arn:f:1", .assume_role_arn = "arn:role", .external_id = "id"});
  EXPECT_EQ(group.provider().type(), "aws-lambda");
  EXPECT_EQ(group.provider().details().metadata().at("encoding"), "json/plain");
  EXPECT_EQ(nlohmann::json::parse(group.provider().details().data()),
            (nlohmann::json{{"arn", "arn:f:1"}, {"role", "arn:role"}, {"role_external_id", "id"}}));
}

TEST(WorkerDeployments, WithoutARoleNoneIsWritten) {
  const auto group = to_proto({.function_arn = "arn:f:1"});
  EXPECT_EQ(nlohmann::json::parse(group.provider().details().data()), (nlohmann::json{{"arn", "arn:f:1"}}));
}

TEST(WorkerDeployments, ComputeIsReadBack) {
  for (const auto& compute : {AwsLambda{.function_arn = "arn:f:1"},
                              AwsLambda{.function_arn = "f", .assume_role_arn = "r", .external_id = "i"}}) {
    EXPECT_EQ(to_aws_lambda(config_of(compute)), compute);
  }
}

TEST(WorkerDeployments, ComputeOfAnotherKindIsNoneAndWhatCannotBeReadIsEmpty) {
  EXPECT_EQ(to_aws_lambda({}), std::nullopt);
  auto config = config_of({.function_arn = "f"});
  auto& provider = *(*config.mutable_scaling_groups())[scaling_group].mutable_provider();
  for (const auto* details : {"", "[1]", "{\"arn\":7}", "\xff"}) {
    provider.mutable_details()->set_data(details);
    EXPECT_EQ(to_aws_lambda(config), AwsLambda{}) << details;
  }
  provider.set_type("kubernetes");
  EXPECT_EQ(to_aws_lambda(config), std::nullopt);
}

TEST(WorkerDeployments, ADescriptionSaysWhatIsCurrentAndWhatIsWrongWithCompute) {
  service::DescribeWorkerDeploymentResponse response;
  response.set_conflict_token("token");
  auto& info = *response.mutable_worker_deployment_info();
  info.set_name("shop");
  info.mutable_routing_config()->mutable_current_deployment_version()->set_build_id("b-2");
  info.set_routing_config_update_state(enums::ROUTING_CONFIG_UPDATE_STATE_IN_PROGRESS);
  auto& summary = *info.add_version_summaries();
  summary.mutable_deployment_version()->set_build_id("b-2");
  summary.set_status(enums::WORKER_DEPLOYMENT_VERSION_STATUS_CURRENT);
  summary.mutable_last_current_time()->set_seconds(7);
  (*summary.mutable_compute_config()->mutable_scaling_groups())[scaling_group].set_provider_type("aws-lambda");
  summary.mutable_compute_status()->mutable_provider_validation()->set_error_message("Rate Exceeded");
  const auto description = to_description(response);
  EXPECT_EQ(description.current_build_id, "b-2");
  EXPECT_EQ(description.ramping_build_id, std::nullopt);
  EXPECT_FALSE(description.routing_settled);
  EXPECT_EQ(description.conflict_token, "token");
  ASSERT_EQ(description.versions.size(), 1U);
  const auto& version = description.versions.front();
  EXPECT_EQ(to_string(version.status), "current");
  EXPECT_EQ(version.last_current_time, Timestamp{} + std::chrono::seconds{7});
  EXPECT_TRUE(version.has_compute);
  EXPECT_EQ(version.compute_error, "Rate Exceeded");
  EXPECT_EQ(version.compute_check_time, std::nullopt);
}

TEST(WorkerDeployments, AVersionsDescriptionHasItsTaskQueues) {
  service::DescribeWorkerDeploymentVersionResponse response;
  auto& info = *response.mutable_worker_deployment_version_info();
  info.mutable_deployment_version()->set_build_id("b-2");
  info.mutable_deployment_version()->set_deployment_name("shop");
  info.set_status(enums::WORKER_DEPLOYMENT_VERSION_STATUS_CREATED);
  auto& queue = *response.add_version_task_queues();
  queue.set_name("orders");
  queue.set_type(enums::TASK_QUEUE_TYPE_ACTIVITY);
  queue.mutable_stats()->set_approximate_backlog_count(3);
  queue.mutable_stats()->mutable_approximate_backlog_age()->set_seconds(5);
  const auto description = to_description(response);
  EXPECT_EQ(description.version, (WorkerDeploymentVersion{"shop", "b-2"}));
  EXPECT_EQ(to_string(description.status), "created");
  ASSERT_EQ(description.task_queues.size(), 1U);
  EXPECT_EQ(description.task_queues[0].name, "orders");
  EXPECT_EQ(description.task_queues[0].type, TaskQueueType::activity);
  EXPECT_EQ(description.task_queues[0].backlog_count, 3);
  EXPECT_EQ(description.task_queues[0].backlog_age, std::chrono::seconds{5});
}

}  // namespace
}  // namespace temporal::client::detail
