// The end of an invocation whose work is not done: the answer is in before the deadline, whatever the activities do.
#include "serverless_stack.h"
#include "test_function.h"

#include <gmock/gmock.h>

#include <future>

using namespace temporal::tests;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

namespace {

constexpr int timeout_ms = 7000;  // 2 s of it are for work, 3 s for a graceful end
const std::map<std::string, std::string> quick_end{{"GRACEFUL_MS", "3000"}};
const std::vector<std::string> timeout{"--timeout", "7"};

class DeadlineTest : public ::testing::TestWithParam<std::pair<const char*, int>> {
 protected:
  static void expect_in_time(const LocalLambda& lambda) {
    EXPECT_THAT(lambda.events("timeout"), IsEmpty());
    for (const auto& end : lambda.events("invocation_end")) {
      EXPECT_LT(end["duration_ms"].get<double>(), timeout_ms) << lambda.log();
    }
  }
};

}  // namespace

TEST_P(DeadlineTest, F4_F5_F10_AnActivityThatIsNotDone) {
  const auto [how, attempt] = GetParam();
  ServerlessStack stack{{.name = "deadline", .variables = quick_end, .lambda_arguments = timeout}};
  stack.wait_for_rest();  // an invocation that the activity finds has less than all of its time left
  EXPECT_EQ(stack.client().execute<lingers>(stack.start_options("lingers"), std::string{how}).get(), attempt);
  stack.wait_for_rest();
  EXPECT_THAT(stack.lambda().events("function_error"), IsEmpty());
  // What is stuck is gone: the process has begun anew. One that exits would be a failed invocation for Lambda.
  EXPECT_THAT(stack.lambda().events("environment_end"), IsEmpty());
  EXPECT_EQ(stack.lambda().events("environment_start").size(), 1U);
  expect_in_time(stack.lambda());
}

INSTANTIATE_TEST_SUITE_P(All, DeadlineTest,
                         ::testing::Values(std::pair{"finishes", 1}, std::pair{"heartbeats", 2},
                                           std::pair{"ignores", 2}, std::pair{"blocks", 2}),
                         [](const auto& info) { return std::string{info.param.first}; });

TEST_F(DeadlineTest, F6_F5_AServerThatIsGoneInTheMiddleFailsTheInvocationInTime) {
  temporal::testing::DevServer server;
  auto environment = quick_end;
  environment.merge(
      std::map<std::string, std::string>{{"TEMPORAL_ADDRESS", server.address()}, {"TEMPORAL_TASK_QUEUE", "deadline"}});
  const LocalLambda lambda{{{"deadline", environment}}, timeout};
  auto answer = std::async(std::launch::async, [&] { return lambda.invoke("deadline"); });
  (void)lambda.wait_for("invocation_start", 1);
  server.stop();
  const auto outcome = answer.get();
  ASSERT_TRUE(outcome.failed);
  EXPECT_EQ(outcome.body["errorType"], "Temporal.ConnectionError") << outcome.body;
  EXPECT_THAT(outcome.body["errorMessage"].get<std::string>(), HasSubstr(server.address()));
  (void)lambda.wait_for("invocation_end", 1);
  expect_in_time(lambda);
}
