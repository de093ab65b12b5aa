#include <tools/temporal-lambda/deploy/plan.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace temporal::lambda_deploy {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

client::AwsLambda function(int version) {
  return {.function_arn = "arn:aws:lambda:eu-central-1:123456789012:function:shop:" + std::to_string(version),
          .assume_role_arn = "arn:role",
          .external_id = "id-of-shop"};
}

Wish wish(Routing routing = {}) { return {.version = {"shop", "b-2"}, .compute = function(2), .routing = routing}; }

Found found(std::optional<client::AwsLambda> compute, bool is_bound, std::optional<std::string> current = "b-1") {
  Found found{
      .deployment = client::WorkerDeploymentDescription{.name = "shop", .current_build_id = std::move(current)},
      .version = client::WorkerDeploymentVersionDescription{.version = {"shop", "b-2"}, .compute = std::move(compute)}};
  if (is_bound) found.version->task_queues.push_back({.name = "orders"});
  return found;
}

TEST(Plan, FromNothingEachStepIsMissing) {
  EXPECT_THAT(plan(wish(), {}),
              ElementsAre(Step::create_deployment, Step::create_version, Step::wait_until_bound, Step::make_current));
}

TEST(Plan, OfAFurtherVersionTheDeploymentIsThere) {
  auto before = found(function(2), true);
  before.version = {};
  EXPECT_THAT(plan(wish(), before), ElementsAre(Step::create_version, Step::wait_until_bound, Step::make_current));
}

TEST(Plan, NothingIsDoneTwice) {
  EXPECT_THAT(plan(wish(), found(function(2), true, "b-2")), IsEmpty());
  EXPECT_THAT(plan(wish(), found(function(2), true)), ElementsAre(Step::make_current));
  EXPECT_THAT(plan(wish({.kind = Routing::Kind::none}), found(function(2), true)), IsEmpty());
}

TEST(Plan, AVersionThatNeverPolledIsInvokedAgain) {
  EXPECT_THAT(plan(wish(), found(function(2), false)),
              ElementsAre(Step::invoke_again, Step::wait_until_bound, Step::make_current));
}

TEST(Plan, AVersionWhoseWorkerRanFirstGetsItsFunction) {
  EXPECT_THAT(plan(wish(), found(std::nullopt, true)), ElementsAre(Step::attach_compute, Step::make_current));
}

TEST(Plan, AnotherRoleIsTakenOver) {
  auto other = function(2);
  other.external_id = "another-id";
  EXPECT_THAT(plan(wish(), found(other, true)), ElementsAre(Step::attach_compute, Step::make_current));
}

TEST(Plan, OtherCodeUnderTheSameBuildIdIsRefused) {
  try {
    (void)plan(wish(), found(function(1), true));
    FAIL() << "no refusal";
  } catch (const Refusal& refusal) {
    EXPECT_THAT(refusal.what(),
                HasSubstr("build b-2 of shop is arn:aws:lambda:eu-central-1:123456789012:function:shop:1"));
    EXPECT_THAT(refusal.what(), HasSubstr("a build id of its own"));
  }
}

TEST(Plan, AShareIsGivenUnlessItHasThatShareOrAll) {
  const Routing tenth{.kind = Routing::Kind::ramping, .percentage = 10};
  auto before = found(function(2), true);
  EXPECT_THAT(plan(wish(tenth), before), ElementsAre(Step::ramp));
  before.deployment->ramping_build_id = "b-2";
  before.deployment->ramping_percentage = 5;
  EXPECT_THAT(plan(wish(tenth), before), ElementsAre(Step::ramp));
  before.deployment->ramping_percentage = 10;
  EXPECT_THAT(plan(wish(tenth), before), IsEmpty());
  EXPECT_THROW((void)plan(wish(tenth), found(function(2), true, "b-2")), Refusal);
}

TEST(Plan, IsToldInWords) {
  EXPECT_EQ(describe(Step::make_current, wish(), {}), "make b-2 current, which is no version now");
  EXPECT_EQ(describe(Step::create_version, wish(), {}),
            "create its version b-2 for shop:2, which Temporal invokes once");
  EXPECT_EQ(describe(Step::ramp, wish({.kind = Routing::Kind::ramping, .percentage = 12.5}), found({}, true)),
            "give b-2 12.5 % of the tasks of b-1");
}

TEST(Rollback, GoesToTheLastVersionThatWasCurrentBefore) {
  const auto at = [](int seconds) { return Timestamp{} + std::chrono::seconds{seconds}; };
  client::WorkerDeploymentDescription deployment{.current_build_id = "b-3"};
  EXPECT_EQ(version_before(deployment), std::nullopt);
  deployment.versions = {{.build_id = "b-1", .last_current_time = at(10)},
                         {.build_id = "b-2", .last_current_time = at(20)},
                         {.build_id = "b-3", .last_current_time = at(30)},
                         {.build_id = "b-4"}};
  EXPECT_EQ(version_before(deployment), "b-2");
  deployment.current_build_id = "b-2";
  EXPECT_EQ(version_before(deployment), "b-3") << "after a rollback it is the way back";
}

}  // namespace
}  // namespace temporal::lambda_deploy
