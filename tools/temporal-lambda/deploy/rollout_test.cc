#include <tools/temporal-lambda/deploy/rollout.h>

#include <temporal/common/errors.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace temporal::lambda_deploy {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// A Temporal that remembers what it was told, with one deployment.
class FakeDeployments final : public Deployments {
 public:
  [[nodiscard]] std::string where() const override { return "default at localhost"; }
  std::optional<client::WorkerDeploymentDescription> describe(const std::string&) override {
    if (deployment && is_routed) deployment->routing_settled = unsettled-- <= 0;
    return deployment;
  }
  std::optional<client::WorkerDeploymentVersionDescription> describe(const WorkerDeploymentVersion&) override {
    ++looks;
    if (version && looks >= bound_at && version->task_queues.size() < queues.size()) {
      version->task_queues.push_back(queues.at(version->task_queues.size()));  // one after the other
    }
    return version;
  }
  void create(const std::string& name) override {
    told.push_back("create " + name);
    if (is_made_by_others) {
      deployment = client::WorkerDeploymentDescription{.name = name};
      throw RpcError{GrpcStatus::already_exists, "is there"};
    }
    deployment = client::WorkerDeploymentDescription{.name = name, .conflict_token = "token"};
  }
  void create(const WorkerDeploymentVersion& made, const client::AwsLambda& compute) override {
    if (!refuses.empty()) throw RpcError{GrpcStatus::internal, refuses};
    told.push_back("create version " + made.build_id);
    version = client::WorkerDeploymentVersionDescription{.version = made, .compute = compute};
  }
  void set_compute(const WorkerDeploymentVersion& of, const client::AwsLambda&) override {
    told.push_back("compute of " + of.build_id);
  }
  void set_current(const std::string&, const client::SetCurrentOptions& options) override {
    told.push_back("current " + options.build_id + " by " + options.conflict_token);
    is_routed = true;
  }
  void set_ramping(const std::string&, const client::SetRampingOptions& options) override {
    told.push_back("ramp " + options.build_id + " to " + std::to_string(static_cast<int>(options.percentage)));
  }
  std::optional<std::string> failure_of_compute(const WorkerDeploymentVersion&) override { return cause; }

  std::optional<client::WorkerDeploymentDescription> deployment = {};
  std::optional<client::WorkerDeploymentVersionDescription> version = {};
  std::vector<client::VersionTaskQueue> queues = {{.name = "orders", .type = client::TaskQueueType::workflow},
                                                  {.name = "orders", .type = client::TaskQueueType::activity}};
  int bound_at = 0;  ///< the look at which the version has its queues
  int looks = 0;
  bool is_routed = false;
  int unsettled = 0;  ///< looks after a change of the routing that find task queues which do not follow
  bool is_made_by_others = false;
  std::string refuses = {};
  std::optional<std::string> cause = {};
  std::vector<std::string> told = {};
};

class Rollout : public ::testing::Test {
 protected:
  void roll_out(const Routing& routing = {}) {
    wish.routing = routing;
    const auto found = find(temporal, wish.version);
    const auto steps = plan(wish, found);
    if (meanwhile) meanwhile();
    carry_out(steps, wish, found, temporal,
              {.now = [this] { return now; },
               .sleep = [this](Duration duration) { now += duration; },
               .say = [this](const std::string& line) { said.push_back(line); }},
              60s);
  }

  std::string error_of_rollout() {
    try {
      roll_out();
    } catch (const Error& error) {
      return error.message();
    } catch (const std::exception& error) {
      return error.what();
    }
    return "none";
  }

  Wish wish{.version = {"shop", "b-1"},
            .compute = {.function_arn = "arn:aws:lambda:eu-central-1:123456789012:function:shop:1",
                        .assume_role_arn = "arn:role",
                        .external_id = "secret-id"}};
  FakeDeployments temporal;
  std::function<void()> meanwhile;
  std::chrono::steady_clock::time_point now = {};
  std::vector<std::string> said;
};

TEST_F(Rollout, BringsAVersionFromNothingToCurrent) {
  temporal.bound_at = 5;
  roll_out();
  EXPECT_THAT(temporal.told, ElementsAre("create shop", "create version b-1", "current b-1 by token"));
  EXPECT_THAT(said, ElementsAre("✓ deployment shop", "✓ shop/b-1 → shop:1, which Temporal has invoked",
                                "✓ bound: orders: activity, workflow", "✓ b-1 is current, and was no version"));
}

TEST_F(Rollout, ADeploymentThatSomebodyElseMadeMeanwhileIsTaken) {
  temporal.is_made_by_others = true;
  roll_out();
  EXPECT_THAT(temporal.told.back(), HasSubstr("current b-1"));
}

TEST_F(Rollout, AVersionThatNobodyPollsAsDoesNotBecomeCurrent) {
  temporal.bound_at = 1'000'000;
  temporal.cause = "AccessDenied";
  EXPECT_THROW(roll_out(), NotBound);
  EXPECT_GE(now.time_since_epoch(), 60s);
  EXPECT_THAT(temporal.told, ElementsAre("create shop", "create version b-1"));
  temporal.bound_at = 0;
  roll_out();
  EXPECT_THAT(temporal.told.back(), "current b-1 by token") << "run again once its worker polls";
}

TEST_F(Rollout, EndsWhenTheTaskQueuesFollow) {
  temporal.unsettled = 3;
  roll_out();
  EXPECT_EQ(temporal.unsettled, -1) << "it looked until they did";
  EXPECT_EQ(said.back(), "✓ b-1 is current, and was no version");
}

TEST_F(Rollout, SaysWhenTheTaskQueuesDoNotFollow) {
  temporal.unsettled = 1'000'000;
  EXPECT_THAT(error_of_rollout(), HasSubstr("not all task queues follow yet"));
}

TEST_F(Rollout, WhatSomebodyElseMadeCurrentMeanwhileStays) {
  meanwhile = [this] {
    temporal.deployment = client::WorkerDeploymentDescription{.name = "shop", .current_build_id = "b-9"};
  };
  temporal.is_made_by_others = false;
  temporal.deployment = client::WorkerDeploymentDescription{.name = "shop", .current_build_id = "b-0"};
  EXPECT_THAT(error_of_rollout(), HasSubstr("somebody else has made b-9 current meanwhile"));
  EXPECT_THAT(temporal.told, ElementsAre("create version b-1"));
}

TEST_F(Rollout, AnErrorSaysWhichStepAndWhatToDoAndNoSecret) {
  temporal.refuses = "something went wrong, please retry (a696ee32)";
  temporal.cause = "AccessDeniedException: not authorized to perform lambda:InvokeFunction";
  const auto error = error_of_rollout();
  EXPECT_THAT(error, HasSubstr("could not create its version b-1 for shop:1"));
  EXPECT_THAT(error, HasSubstr("→ Temporal may not invoke arn:aws:lambda:eu-central-1:123456789012:function:shop:1"));
  EXPECT_THAT(error, ::testing::Not(HasSubstr("secret-id")));
}

TEST_F(Rollout, GivesAShare) {
  roll_out({.kind = Routing::Kind::ramping, .percentage = 10});
  EXPECT_EQ(temporal.told.back(), "ramp b-1 to 10");
}

}  // namespace
}  // namespace temporal::lambda_deploy
