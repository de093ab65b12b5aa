#include <temporal/lambda/handler.h>

#include <temporal/client/interceptor.h>
#include <temporal/common/client_errors.h>
#include <temporal/lambda/detail/handler_fixture.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <thread>
#include <vector>

namespace temporal::lambda::detail {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;

using Connections = HandlerTest;

TEST_F(Connections, F13_ConnectsAgainAfterInitCouldNotAndFailsWithThatError) {
  stage.on_connect = [](const auto&) { throw ConnectionError("connection refused"); };
  auto handler = make();
  const auto outcome = handler(event());
  EXPECT_EQ(type_of(outcome), "Temporal.ConnectionError");
  EXPECT_THAT(outcome.failure->message, AllOf(HasSubstr("localhost:7233"), HasSubstr("connection refused")));
  EXPECT_EQ(stage.connects.size(), 2U);
  EXPECT_THAT(stage.calls, Contains("hook")) << "F8";

  stage.on_connect = {};
  EXPECT_EQ(type_of(handler(event())), "success") << "the environment survives";
}

/// Returns when init has given up waiting for a connect that it calls, and the first invocation waits for it.
void until_the_invocation_waits(FakeClock& clock) {
  clock.advance(1s);
  while (clock.waits() < 2) std::this_thread::yield();
}

TEST_F(Connections, F13_TheFirstInvocationWaitsForTheConnectOfInit) {
  stage.on_connect = [this](const auto&) { until_the_invocation_waits(*stage.clock); };
  auto handler = make();
  EXPECT_EQ(type_of(handler(event())), "success");
  EXPECT_EQ(stage.connects.size(), 1U);
}

TEST_F(Connections, F13_AServerThatNeverAnswersCostsOneConnectTimeoutInitIncluded) {
  stage.on_connect = [this](const client::ConnectOptions& options) {
    until_the_invocation_waits(*stage.clock);
    stage.clock->advance(options.connect_timeout - 1s);
    throw ConnectionError("gave no answer");
  };
  const auto start = stage.clock->now();
  auto handler = make();
  const auto outcome = handler(event());
  EXPECT_EQ(type_of(outcome), "Temporal.ConnectionError");
  EXPECT_THAT(outcome.failure->message, AllOf(HasSubstr("localhost:7233"), HasSubstr("no answer")));
  EXPECT_EQ(stage.clock->now(), start + 3s);
  EXPECT_EQ(stage.connects.size(), 1U);
}

TEST_F(Connections, F13_TheProbeCountsTowardsTheConnectTimeout) {
  auto handler = make();
  handler(event());
  stage.on_probe = [this](Duration timeout) {
    stage.clock->advance(timeout);
    throw ConnectionError("no answer");
  };
  stage.on_connect = [this](const client::ConnectOptions& options) {
    stage.clock->advance(options.connect_timeout);
    throw ConnectionError("no answer");
  };
  const auto start = stage.clock->now();
  EXPECT_EQ(type_of(handler(event())), "Temporal.ConnectionError");
  EXPECT_EQ(stage.clock->now(), start + 3s);
}

TEST_F(Connections, F6_BadCredentialsAreAWorkerErrorAlreadyWhenConnecting) {
  stage.on_connect = [](const auto&) { throw RpcError(GrpcStatus::unauthenticated, "bad key"); };
  auto handler = make();
  EXPECT_EQ(type_of(handler(event())), "Temporal.WorkerError");
}

TEST_F(Connections, X2_ReusesAConnectionThatIsAliveAfterAFreeze) {
  auto handler = make();
  handler(event());
  stage.clock->freeze_for(1h);
  stage.probes.clear();
  EXPECT_EQ(type_of(handler(event())), "success");
  EXPECT_EQ(stage.connects.size(), 1U);
  EXPECT_LE(stage.probes.front(), 1s);
}

TEST_F(Connections, X2_ReplacesAConnectionThatIsDead) {
  auto handler = make();
  handler(event());
  bool dead = true;
  stage.on_probe = [&](Duration timeout) {
    if (!std::exchange(dead, false)) return;
    stage.clock->advance(timeout);
    throw ConnectionError("no answer");
  };
  EXPECT_EQ(type_of(handler(event())), "success");
  EXPECT_EQ(stage.connects.size(), 2U);
}

TEST_F(Connections, X2_OpensAnotherConnectionWhenTheConfigurationChanged) {
  int call = 0;
  auto handler = make([&call](auto& config) { config.client_connect_config.api_key = std::to_string(++call); });
  handler(event());
  handler(event());
  EXPECT_EQ(stage.connects.size(), 2U);
}

TEST_F(Connections, X2_F9_KeepsTheConnectionButNotTheInterceptorsOfTheInvocation) {
  std::vector<std::weak_ptr<client::Interceptor>> made;
  auto handler = make([&made](auto& config) {
    const auto interceptor = std::make_shared<client::Interceptor>();
    config.client_connect_config.interceptors.push_back(interceptor);
    made.push_back(interceptor);
  });
  handler(event());
  handler(event());
  EXPECT_EQ(stage.connects.size(), 1U);
  ASSERT_EQ(made.size(), 2U);
  EXPECT_TRUE(made.front().expired());
  EXPECT_TRUE(made.back().expired());
}

TEST_F(Connections, X2_ProbesTheConnectionOfInitWhenTheFirstEventComesLate) {
  auto handler = make();
  stage.clock->freeze_for(10min);
  handler(event());
  EXPECT_TRUE(has_happened("probe"));
}

}  // namespace
}  // namespace temporal::lambda::detail
