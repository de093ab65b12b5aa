#include <temporal/lambda/detail/run_long_lived.h>

#include <temporal/common/client_errors.h>
#include <temporal/lambda/detail/fake_world.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace temporal::lambda::detail {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

const WorkerDeploymentVersion version{.deployment_name = "my-app", .build_id = "build-1"};

class LongLived : public ::testing::Test {
 protected:
  int run(const WorkerDeploymentVersion& of = version) {
    return run_long_lived(
        of,
        [this](LambdaWorkerConfig& config) {
          config.worker_config.task_queue = "queue";
          config.idle_timeout = 1s;
          config.shutdown_hooks.emplace_back([this](Duration) { stage.record("hook"); });
          return std::shared_ptr<void>(nullptr, [this](void*) { stage.record("scope destroyed"); });
        },
        fake_world(stage), stop.get_token());
  }

  Stage stage;
  std::stop_source stop;
};

TEST_F(LongLived, A12_WorksUntilAStopIsRequestedWithoutDeadlineOrIdleExit) {
  const auto start = stage.clock->now();
  stage.on_wait = [&](SteadyTime until, auto) {
    stage.clock->advance_to(until);
    if (stage.clock->now() > start + 24h) stop.request_stop();
    return std::exception_ptr{};
  };
  EXPECT_EQ(run(), 0);
  EXPECT_GT(stage.clock->now(), start + 24h);
  EXPECT_EQ((std::vector<std::string>{stage.calls.end() - 3, stage.calls.end()}),
            (std::vector<std::string>{"shutdown", "hook", "scope destroyed"}));
  EXPECT_EQ(stage.workers.front().identity, std::nullopt);
}

TEST_F(LongLived, A12_EndsWithOneWhenTheWorkerFails) {
  stage.on_wait = [](auto, auto) { return std::make_exception_ptr(RpcError(GrpcStatus::not_found, "no namespace")); };
  EXPECT_EQ(run(), 1);
  EXPECT_EQ(stage.logged("ERROR").front()["error"], "no namespace");
  EXPECT_EQ(stage.calls.back(), "scope destroyed");
}

TEST_F(LongLived, A12_EndsWithOneWhenItCannotConnect) {
  stage.on_connect = [](const auto&) { throw ConnectionError("refused"); };
  EXPECT_EQ(run(), 1);
  EXPECT_EQ(stage.logged("ERROR").front()["error_type"], "Temporal.ConnectionError");
}

TEST_F(LongLived, A2_A12_ChecksTheVersionToo) {
  EXPECT_EQ(run({.deployment_name = "my-app"}), 1);
  EXPECT_TRUE(stage.calls.empty());
  EXPECT_THAT(stage.logged("ERROR").front()["error"], HasSubstr("version is required"));
}

TEST_F(LongLived, A12_ExitsWhenWorkIsStuck) {
  stop.request_stop();
  stage.on_shutdown = [](auto) { return false; };
  run();
  EXPECT_THAT(stage.exits, ElementsAre(1));
}

}  // namespace
}  // namespace temporal::lambda::detail
