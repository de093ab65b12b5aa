// A function that is far from its server, or behind a way that loses packets, or behind connections that the server
// renews: what is slow is not gone.
#include "serverless_stack.h"
#include "test_function.h"

#include <gmock/gmock.h>

#include <ostream>
#include <string>
#include <vector>

using namespace temporal::tests;
using namespace std::chrono_literals;
using ::testing::IsEmpty;

namespace {

struct Case {
  const char* name;
  TcpProxy::Way way;
  std::vector<std::string> dynamic_config = {};
};

std::ostream& operator<<(std::ostream& out, const Case& made) { return out << made.name; }

class FarServer : public ::testing::TestWithParam<Case> {
 protected:
  static ServerlessStack stack(const std::map<std::string, std::string>& variables, const std::string& timeout) {
    return ServerlessStack{{.name = "far",
                            .variables = variables,
                            .lambda_arguments = {"--timeout", timeout},
                            .dynamic_config = GetParam().dynamic_config,
                            .way = GetParam().way}};
  }
};

}  // namespace

INSTANTIATE_TEST_SUITE_P(All, FarServer,
                         ::testing::Values(Case{"ThatTakes150MsEachWay", {.delay = 150ms}},
                                           Case{"ThatTakes300MsEachWay", {.delay = 300ms}},
                                           Case{"WhosePacketsAreLost", {.delay = 20ms, .stalls = 0.05}},
                                           Case{"WhoseConnectionsAreRenewed",
                                                {.delay = 20ms},
                                                {R"(frontend.keepAliveMaxConnectionAge="1s")"}}),
                         [](const auto& info) { return std::string{info.param.name}; });

TEST_P(FarServer, F6_X1_F14_IsWorkedForAndLeftWhenThereIsNothingToDo) {
  constexpr int tries = 3;
  auto far = stack({{"TEMPORAL_LAMBDA_IDLE_TIMEOUT", "600ms"}}, "60");
  for (int number = 0; number < tries; ++number) {
    far.wait_for_rest();
    const auto id = "try-" + std::to_string(number);
    EXPECT_EQ(far.client().execute<hello>(far.start_options(id), id).get(), "Hello, " + id + "!");
    EXPECT_THAT(far.losses(id), IsEmpty());
  }
  far.wait_for_rest();
  EXPECT_THAT(far.lambda().events("function_error"), IsEmpty()) << far.lambda().log();
  for (const auto& end : far.lambda().events("invocation_end")) {
    EXPECT_LT(end["duration_ms"].get<double>(), 30'000) << "it left: its time was not up\n" << far.lambda().log();
  }
}

TEST_P(FarServer, F4_F6_HasInvocationsThatSucceedWhenTheirTimeIsUp) {
  auto far = stack({{"GRACEFUL_MS", "1000"}}, "8");
  far.wait_for_rest();
  EXPECT_THAT(far.lambda().events("function_error"), IsEmpty()) << far.lambda().log();
  EXPECT_THAT(far.lambda().events("timeout"), IsEmpty());
}
