// A real server whose Worker Controller invokes our local Lambda, and nothing else that could work.
#include "serverless_stack.h"
#include "test_function.h"

#include <gmock/gmock.h>
#include <signal.h>

#include <optional>
#include <vector>

using namespace temporal;
using namespace temporal::tests;

namespace {

class ServerlessTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    stack_.emplace(ServerlessOptions{.name = "serverless",
                                     .variables = {{"TEMPORAL_LAMBDA_IDLE_TIMEOUT", "600ms"}},
                                     .lambda_arguments = {"--timeout", "30", "--retry-delay", "0.1"}});
  }
  static void TearDownTestSuite() { stack_.reset(); }

  void SetUp() override {
    stack_->wait_for_rest();
    starts_ = lambda().events("environment_start").size();
    invocations_ = lambda().events("invocation_start").size();
  }

  static LocalLambda& lambda() { return stack_->lambda(); }
  template <auto workflow, class... Arguments>
  static auto execute(const std::string& id, Arguments... arguments) {
    return stack_->client().execute<workflow>(stack_->start_options(id), std::move(arguments)...);
  }

  static inline std::optional<ServerlessStack> stack_;
  std::size_t starts_ = 0;       ///< environments started before the test
  std::size_t invocations_ = 0;  ///< invocations begun before it
};

}  // namespace

TEST_F(ServerlessTest, AWorkflowStartsTheFunctionFromZero) {
  for (const auto& event : lambda().events("environment_start")) ::kill(event["pid"].get<pid_t>(), SIGKILL);
  (void)lambda().wait_for("environment_end", starts_);
  EXPECT_EQ(execute<hello>("cold", std::string{"World"}).get(), "Hello, World!");
  EXPECT_EQ(lambda().events("environment_start").size(), starts_ + 1);
}

TEST_F(ServerlessTest, ASecondWorkflowRunsInTheWarmEnvironmentAfterAFreeze) {
  EXPECT_EQ(execute<hello>("warm-1", std::string{"Ann"}).get(), "Hello, Ann!");
  const auto ends = lambda().wait_for("invocation_end", invocations_ + 1);
  const auto frozen = lambda().events("frozen").size();
  EXPECT_GT(frozen, 0U);
  EXPECT_EQ(execute<hello>("warm-2", std::string{"Bob"}).get(), "Hello, Bob!");
  const auto invocation = lambda().wait_for("invocation_start", invocations_ + 2).at(invocations_ + 1);
  EXPECT_EQ(invocation["environment"], ends.at(invocations_)["environment"]);
  EXPECT_EQ(invocation["cold"], false);
  EXPECT_EQ(lambda().events("environment_start").size(), starts_ + (invocations_ == 0 ? 1 : 0));
}

TEST_F(ServerlessTest, TwentyWorkflowsAtOnceAllComplete) {
  std::vector<Future<std::string>> results;
  results.reserve(20);
  for (int i = 0; i < 20; ++i) {
    results.push_back(execute<hello>("many-" + std::to_string(i), std::to_string(i)));
  }
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(results.at(i).get(), "Hello, " + std::to_string(i) + "!");
    EXPECT_THAT(stack_->losses("many-" + std::to_string(i)), ::testing::IsEmpty());
  }
}

TEST_F(ServerlessTest, AWorkflowCompletesAlthoughItsBootstrapIsKilledInMidActivity) {
  const auto folder = new_folder();
  auto result = execute<survives>("killed", folder);
  wait_until("the activity", [&] { return !read_file(folder + "/started").empty(); });
  const auto running = lambda().events("invocation_start").back();
  ::kill(running["pid"].get<pid_t>(), SIGKILL);
  EXPECT_EQ(result.get(), 2);
  const auto ends = lambda().events("environment_end");
  EXPECT_THAT(ends, ::testing::Contains(::testing::ResultOf([](const auto& e) { return e["pid"]; }, running["pid"])));
}
