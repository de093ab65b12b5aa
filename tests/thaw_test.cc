// What happens to the connection while the environment is frozen, and what the next invocation makes of it.
#include "local_lambda.h"
#include "tcp_proxy.h"

#include <temporal/testing/dev_server.h>

#include <gmock/gmock.h>

#include <future>
#include <optional>

using namespace temporal::tests;
using ::testing::HasSubstr;
using ::testing::Not;

namespace {

class ThawTest : public ::testing::Test {
 protected:
  void start(const std::string& address, const std::map<std::string, std::string>& more = {}) {
    auto environment = more;
    environment.merge(std::map<std::string, std::string>{
        {"TEMPORAL_ADDRESS", address}, {"TEMPORAL_TASK_QUEUE", "thaw"}, {"TEMPORAL_LAMBDA_IDLE_TIMEOUT", "600ms"}});
    lambda_.emplace(LocalLambda::Functions{{"thaw", environment}}, std::vector<std::string>{"--timeout", "30"});
  }
  /// One invocation; then the environment is frozen.
  void invoke() {
    const auto answer = lambda_->invoke("thaw");
    EXPECT_FALSE(answer.failed) << answer.body << lambda_->log();
    (void)lambda_->wait_for("frozen", ++invocations_);
    EXPECT_EQ(lambda_->events("environment_start").size(), 1U) << "the same environment";
  }

  std::optional<LocalLambda> lambda_;
  std::size_t invocations_ = 0;
};

constexpr auto replaced = "the connection is no longer alive";

}  // namespace

TEST_F(ThawTest, X2_AConnectionThatIsWellIsUsedAgain) {
  const temporal::testing::DevServer server;
  const TcpProxy proxy{server.address()};
  start(proxy.address());
  for (int i = 0; i < 3; ++i) invoke();
  EXPECT_EQ(proxy.connections(), 1);
  EXPECT_THAT(lambda_->log(), Not(HasSubstr(replaced)));
}

TEST_F(ThawTest, X2_AConnectionThatWasSilentlyDroppedIsReplaced) {
  const temporal::testing::DevServer server;
  TcpProxy proxy{server.address()};
  start(proxy.address());
  invoke();
  proxy.drop();
  invoke();
  EXPECT_EQ(proxy.connections(), 2);
  EXPECT_THAT(lambda_->log(), HasSubstr(replaced));
}

TEST_F(ThawTest, X2_AConnectionThatWasResetIsReplaced) {
  const temporal::testing::DevServer server;
  TcpProxy proxy{server.address()};
  start(proxy.address());
  invoke();
  proxy.reset();
  invoke();
  EXPECT_EQ(proxy.connections(), 2);
}

TEST_F(ThawTest, X2_AServerThatWasRestartedIsFoundAgain) {
  const auto database = new_folder() + "/db";
  std::optional<temporal::testing::DevServer> server{temporal::testing::DevServerOptions{.database_file = database}};
  const auto address = server->address();
  start(address);
  invoke();
  server.reset();
  server.emplace(temporal::testing::DevServerOptions{.database_file = database,
                                                     .port = std::stoi(address.substr(address.rfind(':') + 1))});
  invoke();
}

TEST_F(ThawTest, F6_AServerThatGoesInTheMiddleAndComesBackIsSurvived) {
  const temporal::testing::DevServer server;
  TcpProxy proxy{server.address()};
  start(proxy.address(), {{"TEMPORAL_LAMBDA_IDLE_TIMEOUT", "2s"}});
  const auto invoked = std::async(std::launch::async, [this] { invoke(); });
  (void)lambda_->wait_for("invocation_start", 1);
  wait_until("the worker's connection", [&] { return proxy.connections() > 0; });
  proxy.reset();
}
