#include <tools/temporal-lambda/doctor/judge.h>
#include <tools/temporal-lambda/doctor/report.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace temporal::lambda_doctor {
namespace {

using client::WorkerDeploymentVersionStatus;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class Doctor : public ::testing::Test {
 protected:
  client::WorkerDeploymentVersionSummary& summary() { return facts.deployment->versions.front(); }
  client::WorkerDeploymentVersionDescription& version() { return facts.versions.at("b-2"); }

  void expect_finding(const std::string& id, const std::string& what, const std::string& remedy) {
    EXPECT_THAT(judge(facts), ElementsAre(AllOf(Field(&Finding::id, id), Field(&Finding::what, HasSubstr(what)),
                                                Field(&Finding::remedy, HasSubstr(remedy)))));
  }

  static Timestamp at(int seconds) { return Timestamp{} + std::chrono::seconds{seconds}; }

  /// A healthy deployment.
  Facts facts{.where = "default at localhost:7233",
              .deployment_name = "shop",
              .build_id = "b-2",
              .deployment = client::WorkerDeploymentDescription{.name = "shop",
                                                                .current_build_id = "b-2",
                                                                .versions = {{.build_id = "b-2", .has_compute = true}}},
              .versions = {{"b-2",
                            {.version = {"shop", "b-2"},
                             .status = WorkerDeploymentVersionStatus::current,
                             .create_time = at(100),
                             .task_queues = {{.name = "orders"}},
                             .compute = client::AwsLambda{
                                 .function_arn = "arn:aws:lambda:eu-central-1:123456789012:function:shop:5",
                                 .assume_role_arn = "arn:role",
                                 .external_id = "secret-id"}}}}};
};

TEST_F(Doctor, FindsNothingWhereNothingIsWrong) {
  EXPECT_THAT(judge(facts), IsEmpty());
  const auto text = to_text(facts, {});
  EXPECT_THAT(text, HasSubstr("shop/b-2 (current) → arn:aws:lambda:eu-central-1:123456789012:function:shop:5"));
  EXPECT_THAT(text, HasSubstr("✓ Temporal sees nothing wrong"));
  EXPECT_THAT(text, ::testing::Not(HasSubstr("secret-id")));
}

TEST_F(Doctor, C1_ATemporalThatCannotBeAskedIsAllThatIsSaid) {
  facts.connection_error = "connection refused";
  facts.deployment = {};
  expect_finding("C1", "connection refused", "TEMPORAL_ADDRESS");
}

TEST_F(Doctor, T1_ADeploymentThatDoesNotExist) {
  facts.deployment = {};
  facts.versions = {};
  expect_finding("T1", "no deployment shop in default at localhost:7233", "temporal-lambda rollout");
}

TEST_F(Doctor, T1_AVersionThatDoesNotExist) {
  facts.build_id = "b-7";
  expect_finding("T1", "shop has no version b-7; it has b-2", "--build-id b-7");
}

TEST_F(Doctor, T2_AVersionWhoseWorkerRanFirst) {
  version().compute = {};
  expect_finding("T2", "b-2 has no compute", "nothing has to be deleted");
}

TEST_F(Doctor, T4_AVersionThatGetsNoTasks) {
  version().status = WorkerDeploymentVersionStatus::inactive;
  facts.deployment->current_build_id = "b-1";
  expect_finding("T4", "current is b-1", "rollback shop --to b-2");
  EXPECT_EQ(judge(facts).front().severity, Severity::warning);
  facts.deployment->current_build_id = {};
  expect_finding("T4", "current is no version", "rollback shop --to b-2");
  EXPECT_EQ(judge(facts).front().severity, Severity::error);
}

TEST_F(Doctor, T4_ADeploymentWithoutVersions) {
  facts.build_id = {};
  facts.versions = {};
  expect_finding("T4", "no version that gets tasks", "temporal-lambda rollout");
}

TEST_F(Doctor, T5_AVersionThatNobodyHasPolledAs) {
  version().task_queues = {};
  expect_finding("T5", "no worker has ever polled as b-2", "log");
}

TEST_F(Doctor, T6_AnInvocationThatFailed) {
  summary().compute_error = "TooManyRequestsException: Rate Exceeded";
  version().task_queues = {};  // follows from it
  expect_finding("T6", "the last invocation of shop:5 failed: TooManyRequests", "invokes it again");
}

TEST_F(Doctor, T6_AnInvocationThatFailedAsOnlyTheControllerKnows) {
  facts.controller_failure = "AccessDeniedException: not authorized";
  expect_finding("T6", "AccessDeniedException", "lambda:InvokeFunction");
}

TEST_F(Doctor, T7_AFunctionThatCannotBeReachedNow) {
  facts.validation_error = "cannot connect to the compute provider: failed to assume role arn:role";
  expect_finding("T7", "Temporal cannot reach shop:5", "Temporal may not assume arn:role");
}

TEST_F(Doctor, T8_AFunctionThatCallsItselfOtherwise) {
  facts.versions["other"] = {
      .status = WorkerDeploymentVersionStatus::inactive, .create_time = at(101), .task_queues = {{.name = "orders"}}};
  expect_finding("T8", "shop:5 polls as shop/other", "TEMPORAL_WORKER_BUILD_ID=b-2");
  version().task_queues = {};
  expect_finding("T8", "shop:5 polls as shop/other", "roll out other");
  facts.versions["other"].create_time = at(99);
  version().task_queues = {{.name = "orders"}};
  EXPECT_THAT(judge(facts), IsEmpty()) << "it was there before";
}

TEST_F(Doctor, F6_AnArnWithoutAVersion) {
  version().compute->function_arn = "arn:aws:lambda:eu-central-1:123456789012:function:shop";
  expect_finding("F6", "is no published version", "build id of its own");
}

TEST_F(Doctor, T12_VersionsThatCouldGoAreANote) {
  facts.versions["b-1"] = {.status = WorkerDeploymentVersionStatus::drained, .compute = client::AwsLambda{}};
  expect_finding("T12", "b-1", "delete-version");
  EXPECT_EQ(judge(facts).front().severity, Severity::note);
  EXPECT_THAT(to_text(facts, judge(facts)), HasSubstr("✓ Temporal sees nothing wrong"));
}

TEST_F(Doctor, IsReadByPrograms) {
  version().task_queues = {};
  const auto json = to_json(facts, judge(facts));
  EXPECT_EQ(json["findings"][0]["id"], "T5");
  EXPECT_EQ(json["findings"][0]["severity"], "error");
  EXPECT_EQ(json["build_id"], "b-2");
}

}  // namespace
}  // namespace temporal::lambda_doctor
