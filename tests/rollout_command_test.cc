// `temporal-lambda rollout` and `rollback`, on a real server that invokes a local Lambda.
#include "serverless_stack.h"
#include "test_function.h"

#include <temporal/client/worker_deployment.h>
#include <temporal/testing/detail/child_process.h>

#include <gmock/gmock.h>

using namespace temporal::tests;
using ::testing::HasSubstr;

namespace {

struct Said {
  int code = 0;
  std::string text = {};
};

class RolloutCommand : public ::testing::Test {
 protected:
  Said run(std::vector<std::string> arguments) {
    const auto output = new_folder() + "/output";
    arguments.insert(arguments.begin(), TEMPORAL_LAMBDA_CLI);
    const int code = temporal::testing::detail::ChildProcess{
        {.command = arguments,
         .environment = {{"TEMPORAL_ADDRESS", stack.address()}},
         .log_file =
             output}}.wait();
    return {code, read_file(output)};
  }

  /// The ARNs of these functions have no version.
  Said roll_out(const std::string& function, const std::string& build, std::vector<std::string> more = {}) {
    std::vector<std::string> arguments{"rollout",      "--function-arn", LocalLambda::arn(function),
                                       "--deployment", "command",        "--build-id",
                                       build,          "--skip-role",    "--unqualified"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run(std::move(arguments));
  }

  [[nodiscard]] std::string current() {
    return stack.client().worker_deployment("command").describe().get().current_build_id.value_or("none");
  }

  ServerlessStack stack{{.name = "command",
                         .builds = {"build-1", "build-2"},
                         .variables = {{"TEMPORAL_LAMBDA_IDLE_TIMEOUT", "600ms"}},
                         .lambda_arguments = {"--timeout", "60"}}};
};

TEST_F(RolloutCommand, BringsABuildToCurrentOnceAndBack) {
  const auto planned = roll_out("command-build-2", "build-2", {"--dry-run"});
  EXPECT_EQ(planned.code, 0) << planned.text;
  EXPECT_THAT(planned.text, HasSubstr("make build-2 current, which is build-1 now"));
  EXPECT_EQ(current(), "build-1") << "a plan does nothing";
  EXPECT_EQ(roll_out("command-build-2", "build-2").code, 1) << "nobody agrees";

  const auto done = roll_out("command-build-2", "build-2", {"--yes"});
  EXPECT_EQ(done.code, 0) << done.text;
  EXPECT_THAT(done.text, HasSubstr("✓ bound: command: activity, workflow"));
  EXPECT_EQ(current(), "build-2");
  stack.client().execute<hello>(stack.start_options("after"), "Ann").get();
  EXPECT_EQ(stack.lambda().events("invocation_start").back()["function"], "command-build-2");
  const auto again = roll_out("command-build-2", "build-2", {"--yes"});
  EXPECT_EQ(again.code, 0);
  EXPECT_THAT(again.text, HasSubstr("Nothing to do"));

  const auto back = run({"rollback", "command", "--yes"});
  EXPECT_EQ(back.code, 0) << back.text;
  EXPECT_EQ(current(), "build-1");
  EXPECT_EQ(run({"rollback", "command", "--to", "build-2", "--yes"}).code, 0);
  EXPECT_EQ(current(), "build-2");
  EXPECT_THAT(run({"rollback", "command", "--to", "build-9", "--yes"}).text, HasSubstr("has no version build-9"));
}

TEST_F(RolloutCommand, WhatIsWrongIsSaidAndChangesNothing) {
  const auto other_code = roll_out("command-build-2", "build-1", {"--yes"});
  EXPECT_EQ(other_code.code, 1);
  EXPECT_THAT(other_code.text, HasSubstr("a build id of its own"));

  const auto nobody = roll_out("command-build-2", "build-3", {"--yes", "--wait", "2"});
  EXPECT_EQ(nobody.code, 3) << "the worker calls itself build-2: " << nobody.text;
  EXPECT_THAT(nobody.text, HasSubstr("no worker has polled as command/build-3"));

  const auto missing = roll_out("no-such-function", "build-4", {"--yes"});
  EXPECT_EQ(missing.code, 1);
  EXPECT_THAT(missing.text, HasSubstr("→ there is no arn:aws:lambda:us-east-1:000000000000:function:no-such-function"));

  const auto unqualified = run({"rollout", "--function-arn", LocalLambda::arn("command-build-2"), "--deployment",
                                "command", "--build-id", "build-2", "--skip-role", "--yes"});
  EXPECT_EQ(unqualified.code, 2);
  EXPECT_THAT(unqualified.text, HasSubstr("is no published version"));
  EXPECT_EQ(run({"rollout", "--function-arn", "shop", "--deployment", "d", "--build-id", "b", "--skip-role"}).code, 2);
  EXPECT_EQ(roll_out("f", "b", {"--invoke-role", "arn:role"}).code, 2) << "without an external id";
  EXPECT_EQ(current(), "build-1");
}

}  // namespace
