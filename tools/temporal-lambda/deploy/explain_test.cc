#include <tools/temporal-lambda/deploy/explain.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace temporal::lambda_deploy {
namespace {

using ::testing::HasSubstr;

const client::AwsLambda compute{
    .function_arn = "arn:shop:5", .assume_role_arn = "arn:role", .external_id = "secret-id"};

std::string remedy(const std::string& error, const std::optional<std::string>& cause = {}) {
  return explain(error, cause, compute).value_or("none");
}

// The texts are those of server 1.32.
TEST(Explain, SaysWhatToDoAboutTheServersErrors) {
  EXPECT_THAT(remedy("default: Could not instantiate compute provider with type 'aws-lambda'"),
              HasSubstr("workercontroller.enabled"));
  EXPECT_THAT(remedy("default: AWS Lambda compute provider requires \"role\" to be configured"),
              HasSubstr("--invoke-role"));
  EXPECT_THAT(remedy("cannot connect to the compute provider: failed to assume role arn:role"),
              HasSubstr("Temporal may not assume arn:role"));
  EXPECT_THAT(remedy("IAM role trust policy does not enforce ExternalID condition: role arn:role does not require the "
                     "configured external ID"),
              HasSubstr("sts:ExternalId"));
  EXPECT_THAT(remedy("cannot access the compute resource: ResourceNotFoundException"),
              HasSubstr("there is no arn:shop:5"));
  EXPECT_THAT(remedy("proposed current version 'my-app:b9' is missing active task queues from the current version; "),
              HasSubstr("--ignore-missing-task-queues"));
}

TEST(Explain, AnInvocationThatFailedIsToldByItsCause) {
  const std::string opaque = "something went wrong, please retry (a696ee32)";
  EXPECT_THAT(remedy(opaque), HasSubstr("lambda:InvokeFunction"));
  EXPECT_THAT(remedy(opaque, "AccessDeniedException: not authorized"),
              ::testing::AllOf(HasSubstr("lambda:InvokeFunction"), HasSubstr("AWS says: AccessDeniedException")));
  EXPECT_THAT(remedy(opaque, "TooManyRequestsException: Rate Exceeded"), HasSubstr("delete-function-concurrency"));
}

TEST(Explain, LeavesOtherTextsAsTheyAreAndShowsNoExternalId) {
  EXPECT_EQ(remedy("no Worker Deployment found"), "none");
  EXPECT_THAT(remedy("failed to assume role"), ::testing::Not(HasSubstr("secret-id")));
}

}  // namespace
}  // namespace temporal::lambda_deploy
