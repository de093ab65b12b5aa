// `temporal-lambda doctor` on a real server, with the faults that it is there for.
#include "serverless_stack.h"

#include <temporal/client/worker_deployment.h>
#include <temporal/testing/detail/child_process.h>

#include <gmock/gmock.h>

using namespace temporal;
using namespace temporal::tests;
using ::testing::HasSubstr;

namespace {

class DoctorCommand : public ::testing::Test {
 protected:
  /// The ids of what it finds, and its exit code.
  std::pair<std::vector<std::string>, int> findings(const std::string& deployment, const std::string& build = {}) {
    const auto output = new_folder() + "/output";
    std::vector<std::string> command{TEMPORAL_LAMBDA_CLI, "doctor", "--deployment", deployment, "--json"};
    if (!build.empty()) command.insert(command.end(), {"--build-id", build});
    const int code = temporal::testing::detail::ChildProcess{
        {.command = command,
         .environment = {{"TEMPORAL_ADDRESS", stack.address()}},
         .log_file =
             output}}.wait();
    std::vector<std::string> ids;
    const auto report = nlohmann::json::parse(read_file(output));
    for (const auto& finding : report.at("findings")) ids.push_back(finding["id"]);
    return {ids, code};
  }

  using Ids = std::vector<std::string>;

  ServerlessStack stack{{.name = "doctor",
                         .builds = {"build-1", "build-2"},
                         .variables = {{"TEMPORAL_LAMBDA_IDLE_TIMEOUT", "600ms"}},
                         .lambda_arguments = {"--timeout", "60"}}};
};

TEST_F(DoctorCommand, FindsTheFaultsThatTemporalKnowsOf) {
  // These functions' ARNs have no version.
  EXPECT_EQ(findings("doctor"), (std::pair{Ids{"F6"}, 0})) << "healthy";
  EXPECT_EQ(findings("nobody"), (std::pair{Ids{"T1"}, 1}));
  EXPECT_EQ(findings("doctor", "build-9"), (std::pair{Ids{"T1"}, 1}));

  const auto deployment = stack.client().worker_deployment("doctor");
  deployment.create_version({.build_id = "without"}).get();
  EXPECT_EQ(findings("doctor", "without"), (std::pair{Ids{"T2", "T4"}, 1}));

  // Temporal invokes it for build-3, and it calls itself build-2.
  deployment
      .create_version(
          {.build_id = "build-3", .compute = client::AwsLambda{.function_arn = LocalLambda::arn("doctor-build-2")}})
      .get();
  wait_until("the worker to poll as what it is", [&] {
    const auto versions = deployment.describe().get().versions;
    return std::ranges::any_of(versions, [](const auto& version) { return version.build_id == "build-2"; });
  });
  EXPECT_EQ(findings("doctor", "build-3"), (std::pair{Ids{"T8", "F6", "T4"}, 1}));
}

TEST_F(DoctorCommand, CannotLookWhereTemporalIsNot) {
  const auto output = new_folder() + "/output";
  const int code = temporal::testing::detail::ChildProcess{
      {.command = {TEMPORAL_LAMBDA_CLI, "doctor", "--deployment", "doctor"},
       .environment = {{"TEMPORAL_ADDRESS", "127.0.0.1:1"}},
       .log_file =
           output}}.wait();
  EXPECT_EQ(code, 2);
  EXPECT_THAT(read_file(output), HasSubstr("✗ C1 Temporal cannot be asked"));
}

}  // namespace
