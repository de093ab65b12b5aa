#include <temporal/lambda/handler.h>

#include <temporal/common/client_errors.h>
#include <temporal/lambda/detail/handler_fixture.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <type_traits>

namespace temporal::lambda::detail {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

using Init = HandlerTest;
using Invocations = HandlerTest;

TEST_F(Init, A3_ChecksTheVersionBeforeItLoadsAnything) {
  try {
    const Handler handler(
        {.deployment_name = "my-app"}, [this](LambdaWorkerConfig&) { stage.record("configure"); }, fake_world(stage));
    FAIL() << "no error";
  } catch (const LambdaError& error) {
    EXPECT_EQ(error.type(), ErrorType::configuration);
  }
  EXPECT_THAT(stage.calls, IsEmpty());
}

TEST_F(Init, F7_ConfiguresValidatesAndConnects) {
  const auto handler = make();
  EXPECT_THAT(stage.calls, ElementsAre("load", "configure", "connect"));
}

TEST_F(Init, A4_DestroysTheScopeAndRunsNoHooksWhenItFails) {
  EXPECT_THROW(make([](auto& config) { config.worker_config.task_queue = ""; }), LambdaError);
  EXPECT_THAT(stage.calls, ElementsAre("load", "configure", "scope destroyed"));
}

TEST_F(Init, A4_F13_IsNoErrorWhenThereIsNoConnection) {
  stage.on_connect = [](const auto&) { throw ConnectionError("refused"); };
  EXPECT_NO_THROW(make());
  EXPECT_THAT(stage.logged("ERROR"), IsEmpty());
  EXPECT_THAT(stage.logged("WARN"), IsEmpty());
}

TEST_F(Init, K1_ReportsABrokenFileAsAConfigurationError) {
  stage.on_load = [] { throw ConfigurationError("temporal.toml: line 3"); };
  try {
    make();
    FAIL() << "no error";
  } catch (const LambdaError& error) {
    EXPECT_EQ(error.type(), ErrorType::configuration);
    EXPECT_EQ(error.message(), "temporal.toml: line 3");
  }
}

TEST_F(Init, A8_DestroysTheScopeAndRunsNoHooksWhenNoEventEverComes) {
  {
    const auto handler = make();
  }
  EXPECT_THAT(stage.calls, ElementsAre("load", "configure", "connect", "scope destroyed"));
}

TEST_F(Init, C2_LogsTheWarningsOfTheConfiguration) {
  stage.loaded.warnings = {"TEMPORAL_CONFIG_FILE names x.toml, which does not exist"};
  const auto handler = make();
  ASSERT_EQ(stage.logged("WARN").size(), 1U);
  EXPECT_THAT(stage.logged("WARN").front()["message"], HasSubstr("x.toml"));
}

TEST_F(Invocations, F7_GoesThroughItsStepsInOrderWhenCold) {
  auto handler = make();
  EXPECT_EQ(type_of(handler(event())), "success");
  EXPECT_THAT(stage.calls, ElementsAre("load", "configure", "connect", "create worker", "start", "wait", "hold polls",
                                       "wait", "shutdown", "hook", "scope destroyed"));
}

TEST_F(Invocations, F7_A8_C9_ConfiguresAnewButLoadsOnceWhenWarm) {
  auto handler = make();
  handler(event());
  stage.calls.clear();
  EXPECT_EQ(type_of(handler(event())), "success");
  EXPECT_THAT(stage.calls, ElementsAre("configure", "probe", "create worker", "start", "wait", "hold polls", "wait",
                                       "shutdown", "hook", "scope destroyed"));
  EXPECT_EQ(stage.workers.back().workflows.size(), 1U) << "a fresh configuration each time";
}

TEST_F(Invocations, A7_PassesTheWorkerConfigOnAsItIs) {
  static_assert(std::is_same_v<decltype(LambdaWorkerConfig::worker_config), worker::WorkerOptions>);
  auto handler = make([](LambdaWorkerConfig& config) {
    config.worker_config.max_concurrent_activities = 7;
    config.worker_config.activities.push_back({.name = "greet"});
  });
  handler(event());
  EXPECT_EQ(stage.workers.front().max_concurrent_activities, 7U);
  EXPECT_EQ(stage.workers.front().activities.size(), 1U);
}

TEST_F(Init, RefusesAnEnvironmentThatGetsSeveralEventsAtOnce) {
  const auto start = [this](const char* concurrency) {
    auto world = fake_world(stage);
    world.environment["AWS_LAMBDA_MAX_CONCURRENCY"] = concurrency;
    const Handler handler(
        {.deployment_name = "my-app", .build_id = "build-1"},
        [](LambdaWorkerConfig& config) { config.worker_config.task_queue = "queue"; }, world);
  };
  EXPECT_NO_THROW(start("1"));
  try {
    start("10");
    FAIL() << "no error";
  } catch (const LambdaError& error) {
    EXPECT_EQ(error.type(), ErrorType::configuration);
    EXPECT_THAT(error.what(), HasSubstr("set the maximum concurrency per environment to 1"));
  }
}

TEST_F(Invocations, AreConfiguredAnewWhereTheFirstEventComesLongAfterInit) {
  auto handler = make();
  stage.clock->freeze_for(61s);
  handler(event());
  EXPECT_EQ(std::ranges::count(stage.calls, "configure"), 2);
  EXPECT_EQ(std::ranges::count(stage.calls, "scope destroyed"), 2);
  EXPECT_EQ(std::ranges::count(stage.calls, "hook"), 2);
}

TEST_F(Invocations, ReadSecretsAgainAfterAnHourAndAfterAFailure) {
  int reads = 0;
  bool fails = false;
  stage.loaded.secrets.api_key = "id";
  stage.on_load = [&] {
    if (fails) throw ConfigurationError("cannot read the API key, the secret id");
    stage.loaded.connect.api_key = "key " + std::to_string(++reads);
  };
  std::vector<std::string> keys;
  auto handler = make([&](auto& config) { keys.push_back(config.client_connect_config.api_key.value_or("")); });
  for (int i = 0; i < 3; ++i) handler(event());
  EXPECT_EQ(keys, (std::vector<std::string>{"key 1", "key 1", "key 1"}));
  stage.clock->freeze_for(3601s);
  handler(event());
  EXPECT_EQ(keys.back(), "key 2");
  stage.on_create = [] { throw RpcError(GrpcStatus::unauthenticated, "no such key"); };
  EXPECT_NE(type_of(handler(event())), "success");
  EXPECT_EQ(keys.back(), "key 2");
  stage.on_create = {};
  handler(event());
  EXPECT_EQ(keys.back(), "key 3");
  handler(event());
  EXPECT_EQ(keys.back(), "key 3");
  fails = true;
  stage.clock->freeze_for(3601s);
  EXPECT_EQ(type_of(handler(event())), "success") << "with what it has";
  EXPECT_EQ(keys.back(), "key 3");
}

TEST_F(Invocations, WithoutSecretsTheConfigurationIsReadOnce) {
  int reads = 0;
  stage.on_load = [&] { ++reads; };
  auto handler = make();
  for (int i = 0; i < 2; ++i) {
    stage.clock->freeze_for(3601s);
    handler(event());
  }
  EXPECT_EQ(reads, 1);
}

TEST_F(Invocations, X5_WorkflowsLogIntoTheLogOfTheInvocation) {
  auto handler = make();
  handler(event());
  stage.workers.front().log.value().info("from a workflow");
  EXPECT_EQ(stage.records.back()["message"], "from a workflow");
  EXPECT_EQ(stage.records.back()["requestId"], "id-1");
}

TEST_F(Invocations, X5_WorkflowsLogWhereTheCallbackSays) {
  std::string line;
  auto handler = make([&](LambdaWorkerConfig& config) {
    config.worker_config.log = Logger::create({}, [&](std::string_view written) { line = written; });
  });
  handler(event());
  stage.workers.front().log.value().info("from a workflow");
  EXPECT_THAT(line, HasSubstr("from a workflow"));
}

TEST_F(Invocations, F9_A6_KeepNothingOfTheInvocationBefore) {
  const auto shared = std::make_shared<int>();
  int call = 0;
  auto handler = make([&, shared](LambdaWorkerConfig& config) {
    if (++call > 1) return;
    config.idle_timeout = 2s;
    config.client_connect_config.metadata["only"] = "once";
    config.shutdown_hooks.emplace_back([this, shared](Duration) { stage.record("first hook"); });
  });
  const auto before = shared.use_count();
  handler(event());
  EXPECT_EQ(shared.use_count(), before - 1) << "what the user put in is let go";
  stage.calls.clear();
  const auto start = stage.clock->now();
  handler(event(60s));
  EXPECT_THAT(stage.calls, Not(Contains("first hook")));
  EXPECT_EQ(stage.clock->now(), start + 53s);
  EXPECT_TRUE(stage.connects.back().metadata.empty());
}

TEST_F(Invocations, A10_FailsWhenTheCallbackThrowsAndTheNextOneStartsClean) {
  int call = 0;
  auto handler = make([&call](auto&) {
    if (++call == 2) throw std::runtime_error("no secret store");
  });
  handler(event());
  stage.calls.clear();
  const auto outcome = handler(event());
  EXPECT_EQ(outcome.failure, (Failure{ErrorType::configure_callback, "no secret store"}));
  EXPECT_THAT(stage.calls, ElementsAre("configure")) << "no hooks: the callback never returned";
  EXPECT_EQ(type_of(handler(event())), "success");
}

TEST_F(Invocations, F8_RunsHooksWhenALaterConfigurationIsRefused) {
  int call = 0;
  auto handler = make([&call](auto& config) {
    if (++call == 2) config.worker_config.task_queue = "";
  });
  handler(event());
  stage.calls.clear();
  EXPECT_EQ(type_of(handler(event())), "Temporal.ConfigurationError");
  EXPECT_THAT(stage.calls, ElementsAre("configure", "hook", "scope destroyed"));
}

TEST_F(Invocations, B1_B2_AlwaysUsesTheGivenVersion) {
  auto handler = make([](auto& config) { config.worker_config.deployment_version = {{"other", "other"}}; });
  handler(event());
  EXPECT_EQ(stage.workers.front().deployment_version, (WorkerDeploymentVersion{"my-app", "build-1"}));
  EXPECT_EQ(stage.logged("WARN").size(), 1U);
}

TEST_F(Invocations, C5_D1_TheCallbackBeatsFileAndEnvironment) {
  stage.loaded.connect.address = "from-file:7233";
  stage.loaded.task_queue = "from-environment";
  std::string seen;
  auto handler = make([&seen](auto& config) {
    seen = config.client_connect_config.address;
    config.client_connect_config.address = "from-callback:7233";
  });
  handler(event());
  EXPECT_EQ(seen, "from-file:7233");
  EXPECT_EQ(stage.connects.front().address, "from-callback:7233");
  EXPECT_EQ(stage.workers.front().task_queue, "queue");
}

TEST_F(Invocations, G1_G2_NamesTheWorkerAfterRequestAndFunctionAnewEachTime) {
  auto handler = make();
  handler(event(60s, "id-1"));
  handler(event(60s, "id-2"));
  auto without_arn = event(60s, "");
  without_arn.function_arn = "";
  handler(without_arn);
  EXPECT_EQ(stage.workers.at(0).identity, "id-1@arn:hello");
  EXPECT_EQ(stage.workers.at(1).identity, "id-2@arn:hello");
  EXPECT_EQ(stage.workers.at(2).identity, "unknown@unknown");
  EXPECT_EQ(stage.connects.size(), 1U) << "on the reused connection";
}

TEST_F(Invocations, G3_KeepsTheIdentityThatTheUserSet) {
  auto by_worker = make([](auto& config) { config.worker_config.identity = "mine"; });
  by_worker(event());
  EXPECT_EQ(stage.workers.back().identity, "mine");
  auto by_client = make([](auto& config) { config.client_connect_config.identity = "mine"; });
  by_client(event());
  EXPECT_EQ(stage.workers.back().identity, std::nullopt) << "the client's counts";
}

TEST_F(Invocations, K7_AnEventWithoutADeadlineThatCanBeIsAnErrorOfWhatHandedItOut) {
  auto handler = make();
  auto without = event();
  without.deadline.reset();
  const auto late = event(-20s);
  auto relative = event();
  relative.deadline = Timestamp{600'000ms};  // as if it were what is left
  for (const auto& odd : {without, late, relative}) {
    const auto outcome = handler(odd);
    EXPECT_EQ(type_of(outcome), "Temporal.EventError");
    EXPECT_THAT(outcome.failure->message, AllOf(HasSubstr("Lambda-Runtime-Deadline-Ms"), Not(HasSubstr("raise"))));
  }
  EXPECT_THAT(handler(late).failure->message, HasSubstr("20 s ago"));
  EXPECT_EQ(type_of(handler(event())), "success") << "the environment survives";
}

TEST_F(Invocations, K7_ADeadlineThatIsFurtherAwayThanLambdaAllowsIsCutWithAWarning) {
  auto handler = make();
  const auto start = stage.clock->now();
  EXPECT_EQ(type_of(handler(event(2h))), "success");
  EXPECT_EQ(stage.clock->now(), start + 900s - 7s);
  EXPECT_EQ(stage.logged("WARN").size(), 1U);
}

TEST_F(Invocations, K_LogsTheFailureWithItsType) {
  auto handler = make();
  handler(event(1s));
  ASSERT_EQ(stage.logged("ERROR").size(), 1U);
  EXPECT_EQ(stage.logged("ERROR").front()["error_type"], "Temporal.DeadlineError");
  EXPECT_EQ(stage.logged("ERROR").front()["requestId"], "id-1");
}

TEST_F(Invocations, C10_NoSecretReachesTheLog) {
  stage.loaded.connect.api_key = "s3cret";
  stage.loaded.codec.auth = "Bearer s3cret";
  stage.on_connect = [](const auto&) { throw ConnectionError("refused"); };
  auto handler = make();
  handler(event());
  for (const auto& record : stage.records) EXPECT_THAT(record.dump(), Not(HasSubstr("s3cret")));
}

}  // namespace
}  // namespace temporal::lambda::detail
