// Worker Deployments against a real server. How the server invokes versions with compute is what the serverless tests
// are about: their stack is made by this client.
#include "server_fixture.h"

#include <temporal/client/worker_deployment.h>
#include <temporal/converter/payload_converter.h>
#include <temporal/workflow/workflow.h>

#include <gmock/gmock.h>

using namespace temporal;
using client::WorkerDeployment;
using client::WorkerDeploymentVersionStatus;
using temporal::tests::RunningWorker;
using temporal::tests::ServerTest;
using ::testing::HasSubstr;

namespace {

workflow::Task<std::string> which_build() {
  co_return workflow::current_deployment_version().value_or(WorkerDeploymentVersion{}).build_id;
}

class WorkerDeployments : public ServerTest {
 protected:
  /// Of this test's deployment, and of its task queue.
  static std::string name() { return ::testing::UnitTest::GetInstance()->current_test_info()->name(); }

  static worker::WorkerOptions worker_options(const std::string& build_id) {
    worker::WorkerOptions options;
    options.task_queue = name();
    options.deployment_version = {.deployment_name = name(), .build_id = build_id};
    options.add_workflow<which_build>({.versioning_behavior = VersioningBehavior::auto_upgrade});
    return options;
  }

  /// Waits until the server knows which queues the workers of a version have polled.
  static client::WorkerDeploymentVersionDescription wait_for_queues(const WorkerDeployment& deployment,
                                                                    const std::string& build_id) {
    for (;; std::this_thread::sleep_for(std::chrono::milliseconds{10})) {
      try {
        auto version = deployment.describe_version(build_id, {.report_task_queue_stats = true}).get();
        if (!version.task_queues.empty()) return version;
      } catch (const RpcError& error) {
        if (error.status() != GrpcStatus::not_found) throw;
      }
    }
  }

  static GrpcStatus status_of(Future<void> call) {
    try {
      call.get();
    } catch (const RpcError& error) {
      return error.status();
    }
    return GrpcStatus::ok;
  }
};

}  // namespace

TEST_F(WorkerDeployments, AVersionIsMadeCurrentAndRampedAndDeleted) {
  const auto shop = client().worker_deployment(name());
  shop.create().get();
  for (const auto* build : {"b-1", "b-2"}) {
    shop.create_version({.build_id = build}).get();
    EXPECT_EQ(shop.describe_version(build).get().status, WorkerDeploymentVersionStatus::created);
  }
  shop.set_current({.build_id = "b-1", .allow_no_pollers = true}).get();
  shop.set_ramping({.build_id = "b-2", .percentage = 12.5, .allow_no_pollers = true}).get();
  const auto description = shop.describe().get();
  EXPECT_EQ(description.name, name());
  EXPECT_EQ(description.current_build_id, "b-1");
  EXPECT_EQ(description.ramping_build_id, "b-2");
  EXPECT_EQ(description.ramping_percentage, 12.5);
  EXPECT_EQ(description.last_modifier_identity, client().identity());
  EXPECT_EQ(description.versions.size(), 2U);
  shop.set_ramping({}).get();
  EXPECT_EQ(shop.describe().get().ramping_build_id, std::nullopt);
  shop.set_current({}).get();
  EXPECT_EQ(shop.describe().get().current_build_id, std::nullopt);
  const auto before = shop.describe().get();
  for (const auto& version : before.versions) {
    EXPECT_EQ(version.last_current_time.has_value(), version.build_id == "b-1") << version.build_id;
  }
  for (const auto* build : {"b-1", "b-2"}) shop.delete_version(build, {.skip_drainage = true}).get();
  shop.remove().get();
  EXPECT_THROW(shop.describe().get(), RpcError);
}

TEST_F(WorkerDeployments, TasksGoToTheCurrentVersionWhoseQueuesAreSeen) {
  const auto shop = client().worker_deployment(name());
  const RunningWorker worker{client(), worker_options("b-1")};
  const auto version = wait_for_queues(shop, "b-1");
  EXPECT_EQ(version.task_queues.front().name, name());
  EXPECT_EQ(version.task_queues.front().type, client::TaskQueueType::workflow);
  EXPECT_EQ(version.compute, std::nullopt);
  shop.set_current({.build_id = "b-1"}).get();
  EXPECT_EQ(client().execute<which_build>({.id = name(), .task_queue = name()}).get(), "b-1");
}

TEST_F(WorkerDeployments, AChangeFailsWhenSomebodyElseWasFaster) {
  const auto shop = client().worker_deployment(name());
  shop.create().get();
  for (const auto* build : {"b-1", "b-2"}) shop.create_version({.build_id = build}).get();
  const auto seen = shop.describe().get().conflict_token;
  shop.set_current({.build_id = "b-1", .allow_no_pollers = true}).get();
  EXPECT_EQ(status_of(shop.set_current({.build_id = "b-2", .allow_no_pollers = true, .conflict_token = seen})),
            GrpcStatus::failed_precondition);
  EXPECT_EQ(shop.describe().get().current_build_id, "b-1");
}

TEST_F(WorkerDeployments, OnlyItsManagerChangesIt) {
  const auto shop = client().worker_deployment(name());
  shop.create().get();
  shop.create_version({.build_id = "b-1"}).get();
  shop.set_manager("release-bot").get();
  EXPECT_EQ(shop.describe().get().manager_identity, "release-bot");
  EXPECT_EQ(status_of(shop.set_current({.build_id = "b-1", .allow_no_pollers = true})),
            GrpcStatus::failed_precondition);
}

TEST_F(WorkerDeployments, AVersionHasMetadata) {
  const auto shop = client().worker_deployment(name());
  shop.create().get();
  shop.create_version({.build_id = "b-1"}).get();
  shop.update_version_metadata(
          "b-1", {.upsert = {{"commit", converter::to_payload("d00f")}, {"by", converter::to_payload("ann")}}})
      .get();
  shop.update_version_metadata("b-1", {.remove = {"by"}}).get();
  const auto metadata = shop.describe_version("b-1").get().metadata;
  ASSERT_EQ(metadata.size(), 1U);
  EXPECT_EQ(converter::from_payload<std::string>(metadata.at("commit")), "d00f");
}

TEST_F(WorkerDeployments, WhatDoesNotExistIsNotFoundAndWhatIsThereIsNotMadeTwice) {
  const auto nobody = client().worker_deployment("nobody");
  EXPECT_EQ(status_of(nobody.create_version({.build_id = "b"})), GrpcStatus::not_found);
  EXPECT_EQ(status_of(nobody.set_current({.build_id = "b"})), GrpcStatus::not_found);
  const auto shop = client().worker_deployment(name());
  shop.create().get();
  EXPECT_EQ(status_of(shop.create()), GrpcStatus::already_exists);
  shop.create_version({.build_id = "b"}).get();
  EXPECT_EQ(status_of(shop.create_version({.build_id = "b"})), GrpcStatus::already_exists);
}

TEST_F(WorkerDeployments, BadNamesAreRefusedAtOnce) {
  EXPECT_THROW((void)client().worker_deployment(""), ConfigurationError);
  EXPECT_THROW((void)client().worker_deployment("\xff"), ConfigurationError);
  const auto shop = client().worker_deployment(name());
  EXPECT_THROW((void)shop.create_version({.build_id = ""}), ConfigurationError);
  EXPECT_THROW((void)shop.describe_version("\xff"), ConfigurationError);
  EXPECT_THROW((void)shop.set_ramping({.build_id = "b", .percentage = 101}), ConfigurationError);
  EXPECT_THROW((void)shop.set_compute("b", {.function_arn = ""}), ConfigurationError);
}
