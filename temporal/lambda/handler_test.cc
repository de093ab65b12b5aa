#include <temporal/lambda/handler.h>

#include <temporal/common/client_errors.h>
#include <temporal/lambda/detail/deadline.h>
#include <temporal/lambda/detail/fake_world.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <future>
#include <thread>

namespace temporal::lambda {
namespace {

using namespace std::chrono_literals;
using detail::SteadyTime;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

/// One execution environment with fakes around it.
class HandlerTest : public ::testing::Test {
 protected:
  using Change = std::function<void(LambdaWorkerConfig&)>;

  Handler make(Change change = {}) {
    return Handler{{.deployment_name = "my-app", .build_id = "build-1"},
                   [this, change = std::move(change)](LambdaWorkerConfig& config) {
                     stage.record("configure");
                     config.worker_config.task_queue = "queue";
                     config.worker_config.workflows.push_back(
                         {.name = "hello", .options = {VersioningBehavior::pinned}});
                     config.shutdown_hooks.emplace_back([this](Duration) { stage.record("hook"); });
                     if (change) change(config);
                     return std::shared_ptr<void>(nullptr, [this](void*) { stage.record("scope destroyed"); });
                   },
                   detail::fake_world(stage)};
  }

  [[nodiscard]] Invocation event(Duration time_left = 60s, std::string id = "id-1") const {
    return {.request_id = std::move(id), .function_arn = "arn:hello", .deadline = stage.clock->wall_now() + time_left};
  }

  bool has_happened(const std::string& what) {
    const std::lock_guard lock{stage.mutex};
    return std::find(stage.calls.begin(), stage.calls.end(), what) != stage.calls.end();
  }

  detail::Stage stage;
};

std::string type_of(const Outcome& outcome) {
  return outcome.failure ? std::string{to_string(outcome.failure->type)} : "success";
}

using Init = HandlerTest;
using InvocationTest = HandlerTest;

TEST_F(Init, A3_ChecksTheVersionBeforeItLoadsAnything) {
  try {
    Handler({.deployment_name = "my-app"}, [this](LambdaWorkerConfig&) { stage.record("configure"); },
            detail::fake_world(stage));
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
  { const auto handler = make(); }
  EXPECT_THAT(stage.calls, ElementsAre("load", "configure", "connect", "scope destroyed"));
}

TEST_F(Init, C2_LogsTheWarningsOfTheConfiguration) {
  stage.loaded.warnings = {"TEMPORAL_CONFIG_FILE names x.toml, which does not exist"};
  const auto handler = make();
  ASSERT_EQ(stage.logged("WARN").size(), 1U);
  EXPECT_THAT(stage.logged("WARN").front()["message"], HasSubstr("x.toml"));
}

TEST_F(InvocationTest, F7_GoesThroughItsStepsInOrderWhenCold) {
  auto handler = make();
  EXPECT_EQ(type_of(handler(event())), "success");
  EXPECT_THAT(stage.calls, ElementsAre("load", "configure", "connect", "create worker", "start", "wait", "shutdown",
                                       "probe", "hook", "scope destroyed"));
}

TEST_F(InvocationTest, F7_A8_C9_ConfiguresAnewButLoadsOnceWhenWarm) {
  auto handler = make();
  handler(event());
  stage.calls.clear();
  EXPECT_EQ(type_of(handler(event())), "success");
  EXPECT_THAT(stage.calls, ElementsAre("configure", "probe", "create worker", "start", "wait", "shutdown", "probe",
                                       "hook", "scope destroyed"));
  EXPECT_EQ(stage.workers.back().workflows.size(), 1U) << "a fresh configuration each time";
}

TEST_F(InvocationTest, F4_StopsWhenTheBudgetIsSpent) {
  auto handler = make();
  const auto start = stage.clock->now();
  SteadyTime drain_until;
  stage.on_shutdown = [&](SteadyTime deadline) {
    drain_until = deadline;
    return true;
  };
  EXPECT_EQ(type_of(handler(event(60s))), "success");
  EXPECT_EQ(stage.clock->now(), start + 53s);
  EXPECT_EQ(drain_until, start + 53s + 5s + 500ms) << "F5";
}

TEST_F(InvocationTest, F1_FailsBeforeAWorkerIsStartedWhenTheBudgetIsTooSmall) {
  auto handler = make();
  const auto outcome = handler(event(8s));
  EXPECT_EQ(type_of(outcome), "Temporal.DeadlineError");
  EXPECT_THAT(outcome.failure->message, AllOf(HasSubstr("time left 8 s"), HasSubstr("buffer 7 s"),
                                              HasSubstr("shutdown_deadline_buffer"), HasSubstr("timeout")));
  EXPECT_THAT(stage.calls, ElementsAre("load", "configure", "connect", "hook", "scope destroyed")) << "F8";
  EXPECT_FALSE(outcome.must_exit);
}

TEST_F(InvocationTest, F1_ComesBeforeTheProbeWhenWarm) {
  auto handler = make();
  handler(event());
  stage.calls.clear();
  EXPECT_EQ(type_of(handler(event(1s))), "Temporal.DeadlineError");
  EXPECT_THAT(stage.calls, ElementsAre("configure", "hook", "scope destroyed"));
}

TEST_F(InvocationTest, F2_WarnsOnceWithTheNumbersWhenTheBudgetIsTight) {
  auto handler = make();
  EXPECT_EQ(type_of(handler(event(10s))), "success");
  ASSERT_EQ(stage.logged("WARN").size(), 1U);
  const auto warning = stage.logged("WARN").front();
  EXPECT_EQ(warning["time_left_seconds"], 10.0);
  EXPECT_EQ(warning["buffer_seconds"], 7.0);
  EXPECT_EQ(warning["work_seconds"], 3.0);
}

TEST_F(InvocationTest, F3_DoesNotRunTheWorkerWhenConnectingTookTheBudget) {
  auto handler = make();
  stage.on_create = [this] { stage.clock->advance(10s); };
  EXPECT_EQ(type_of(handler(event(15s))), "success");
  EXPECT_THAT(stage.calls, ElementsAre("load", "configure", "connect", "create worker", "hook", "scope destroyed"));
}

TEST_F(InvocationTest, F5_AbandonsWhatIsStuckThenRunsHooksAnswersAndExits) {
  auto handler = make();
  stage.on_shutdown = [this](SteadyTime deadline) {
    stage.clock->advance_to(deadline);
    return false;
  };
  const auto outcome = handler(event());
  EXPECT_EQ(type_of(outcome), "success");
  EXPECT_TRUE(outcome.must_exit);
  EXPECT_EQ(stage.calls.at(stage.calls.size() - 2), "hook");
  EXPECT_EQ(stage.calls.back(), "scope destroyed");
}

TEST_F(InvocationTest, F6_FailsAtOnceWithTheWorkersFatalError) {
  auto handler = make();
  const auto start = stage.clock->now();
  stage.on_wait = [](auto, auto) {
    return std::make_exception_ptr(RpcError(GrpcStatus::not_found, "Namespace shop is not found."));
  };
  const auto outcome = handler(event());
  EXPECT_EQ(type_of(outcome), "Temporal.WorkerError");
  EXPECT_EQ(outcome.failure->message, "Namespace shop is not found.");
  EXPECT_EQ(stage.clock->now(), start);
  EXPECT_THAT(stage.calls, Contains("shutdown"));
  EXPECT_EQ(stage.calls.back(), "scope destroyed") << "F8";
}

TEST_F(InvocationTest, F6_FailsWhenTheServerRefusesTheWorker) {
  auto handler = make();
  stage.on_start = [] { throw RpcError(GrpcStatus::permission_denied, "no"); };
  EXPECT_EQ(type_of(handler(event())), "Temporal.WorkerError");
  stage.on_start = [] { throw ConfigurationError("Namespace shop is not found."); };
  EXPECT_EQ(handler(event()).failure, (Failure{ErrorType::worker, "Namespace shop is not found."}));
  stage.on_start = {};
  EXPECT_EQ(type_of(handler(event())), "success") << "the environment survives";
}

TEST_F(InvocationTest, F6_SurvivesAServerThatComesBack) {
  auto handler = make();
  bool gone = false;
  stage.on_probe = [&](Duration) {
    if (gone) throw ConnectionError("refused");
  };
  stage.on_wait = [&](SteadyTime until, auto) {
    gone = true;
    stage.clock->advance_to(until);
    gone = false;
    return std::exception_ptr{};
  };
  EXPECT_EQ(type_of(handler(event())), "success");
}

TEST_F(InvocationTest, F6_FailsWithTheConnectionErrorWhenTheServerNeverCameBack) {
  auto handler = make();
  stage.on_probe = [](Duration) { throw ConnectionError("refused"); };
  const auto outcome = handler(event());
  EXPECT_EQ(type_of(outcome), "Temporal.ConnectionError");
  EXPECT_THAT(outcome.failure->message, AllOf(HasSubstr("localhost:7233"), HasSubstr("refused")));
}

TEST_F(InvocationTest, F5_F6_SaysThatTheServerIsGoneWhenThatIsWhyWorkIsStuck) {
  auto handler = make();
  stage.on_shutdown = [](SteadyTime) { return false; };
  stage.on_probe = [](Duration) { throw ConnectionError("no answer"); };
  const auto outcome = handler(event());
  EXPECT_EQ(type_of(outcome), "Temporal.ConnectionError");
  EXPECT_TRUE(outcome.must_exit);
}

TEST_F(InvocationTest, F6_GivesUpOnAServerThatIsSilentWhenTheWorkerStarts) {
  auto handler = make();
  std::promise<void> release;
  auto released = release.get_future().share();
  const auto gone = std::make_shared<std::promise<void>>();
  stage.on_start = [clock = stage.clock, released, gone] {
    const auto last = gone;  // the fixture may go as soon as it is set
    clock->advance(10min);
    released.wait();
    last->set_value();
  };
  const auto outcome = handler(event());
  EXPECT_EQ(type_of(outcome), "Temporal.ConnectionError");
  EXPECT_TRUE(outcome.must_exit);
  release.set_value();
  gone->get_future().wait();
}

TEST_F(InvocationTest, F11_LogsOneLineWithTheNumbers) {
  auto handler = make();
  handler(event(60s));
  const auto line = stage.logged("INFO").front();
  EXPECT_EQ(line["message"], "invocation started");
  EXPECT_EQ(line["request_id"], "id-1");
  EXPECT_EQ(line["deployment"], "my-app");
  EXPECT_EQ(line["build_id"], "build-1");
  EXPECT_EQ(line["task_queue"], "queue");
  EXPECT_EQ(line["address"], "localhost:7233");
  EXPECT_EQ(line["namespace"], "default");
  EXPECT_EQ(line["time_left_seconds"], 60.0);
  EXPECT_EQ(line["buffer_seconds"], 7.0);
  EXPECT_EQ(line["graceful_timeout_seconds"], 5.0);
  EXPECT_THAT(stage.logged("WARN"), IsEmpty());
}

TEST_F(InvocationTest, F11_WarnsWhenTheBufferIsSmallerThanTheGracefulTimeoutAndASecond) {
  auto handler = make([](auto& config) { config.shutdown_deadline_buffer = 5s; });
  handler(event(60s));
  ASSERT_EQ(stage.logged("WARN").size(), 1U);
  EXPECT_EQ(stage.logged("WARN").front()["buffer_seconds"], 5.0);
  EXPECT_EQ(stage.logged("WARN").front()["graceful_timeout_seconds"], 5.0);
}

TEST_F(InvocationTest, F12_StopsQuicklyWhenAskedAndStillRunsHooks) {
  auto handler = make();
  std::stop_source stop;
  const auto start = stage.clock->now();
  stage.on_wait = [&](auto, auto) {
    stop.request_stop();
    return std::exception_ptr{};
  };
  SteadyTime drain_until;
  stage.on_shutdown = [&](SteadyTime deadline) {
    drain_until = deadline;
    return true;
  };
  EXPECT_EQ(type_of(handler(event(), stop.get_token())), "success");
  EXPECT_EQ(drain_until, start + 200ms);
  EXPECT_THAT(stage.calls, Contains("hook"));
}

TEST_F(InvocationTest, F13_ConnectsAgainAfterInitCouldNotAndFailsWithThatError) {
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

TEST_F(InvocationTest, F13_TheProbeCountsTowardsTheConnectTimeout) {
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

TEST_F(InvocationTest, F6_BadCredentialsAreAWorkerErrorAlreadyWhenConnecting) {
  stage.on_connect = [](const auto&) { throw RpcError(GrpcStatus::unauthenticated, "bad key"); };
  auto handler = make();
  EXPECT_EQ(type_of(handler(event())), "Temporal.WorkerError");
}

TEST_F(InvocationTest, A10_FailsWhenTheCallbackThrowsAndTheNextOneStartsClean) {
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

TEST_F(InvocationTest, F8_RunsHooksWhenALaterConfigurationIsRefused) {
  int call = 0;
  auto handler = make([&call](auto& config) {
    if (++call == 2) config.worker_config.task_queue = "";
  });
  handler(event());
  stage.calls.clear();
  EXPECT_EQ(type_of(handler(event())), "Temporal.ConfigurationError");
  EXPECT_THAT(stage.calls, ElementsAre("configure", "hook", "scope destroyed"));
}

TEST_F(InvocationTest, B1_B2_AlwaysUsesTheGivenVersion) {
  auto handler = make([](auto& config) { config.worker_config.deployment_version = {{"other", "other"}}; });
  handler(event());
  EXPECT_EQ(stage.workers.front().deployment_version, (WorkerDeploymentVersion{"my-app", "build-1"}));
  EXPECT_EQ(stage.logged("WARN").size(), 1U);
}

TEST_F(InvocationTest, C5_D1_TheCallbackBeatsFileAndEnvironment) {
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

TEST_F(InvocationTest, G1_G2_NamesTheWorkerAfterRequestAndFunctionAnewEachTime) {
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

TEST_F(InvocationTest, G3_KeepsTheIdentityThatTheUserSet) {
  auto by_worker = make([](auto& config) { config.worker_config.identity = "mine"; });
  by_worker(event());
  EXPECT_EQ(stage.workers.back().identity, "mine");
  auto by_client = make([](auto& config) { config.client_connect_config.identity = "mine"; });
  by_client(event());
  EXPECT_EQ(stage.workers.back().identity, std::nullopt) << "the client's counts";
}

TEST_F(InvocationTest, H1_H3_RunsTheHooksInOrderAndGoesOnWhenOneThrows) {
  auto handler = make([this](auto& config) {
    config.shutdown_hooks.emplace_back([](Duration) { throw std::runtime_error("flush failed"); });
    config.shutdown_hooks.emplace_back([this](Duration) { stage.record("last hook"); });
  });
  const auto outcome = handler(event());
  EXPECT_EQ(type_of(outcome), "success");
  EXPECT_FALSE(outcome.must_exit);
  EXPECT_EQ((std::vector<std::string>{stage.calls.end() - 3, stage.calls.end()}),
            (std::vector<std::string>{"hook", "last hook", "scope destroyed"}));
  ASSERT_EQ(stage.logged("ERROR").size(), 1U);
  EXPECT_EQ(stage.logged("ERROR").front()["error"], "flush failed");
  EXPECT_EQ(stage.logged("ERROR").front()["hook"], 2);
}

TEST_F(InvocationTest, H4_TellsAHookHowMuchTimeIsLeft) {
  std::vector<Duration> told;
  auto handler = make([&](auto& config) {
    config.shutdown_hooks.emplace_back([&](Duration time_left) {
      told.push_back(time_left);
      stage.clock->advance(2s);
    });
    config.shutdown_hooks.emplace_back([&](Duration time_left) { told.push_back(time_left); });
  });
  handler(event());
  EXPECT_THAT(told, ElementsAre(7s, 5s));
}

TEST_F(InvocationTest, H2_StopsWaitingForAHookThatIsStuckAndExits) {
  std::promise<void> release;
  auto released = release.get_future().share();
  auto handler = make([clock = stage.clock, released](auto& config) {
    config.shutdown_hooks = {[clock, released](Duration) {
      clock->advance(1h);
      released.wait();
    }};
  });
  const auto outcome = handler(event());
  EXPECT_EQ(type_of(outcome), "success");
  EXPECT_TRUE(outcome.must_exit);
  EXPECT_THAT(stage.logged("ERROR").front()["message"], HasSubstr("abandoned"));
  release.set_value();  // the hooks' thread owns what it uses and still comes to its end
  while (!has_happened("scope destroyed")) std::this_thread::yield();
}

TEST_F(InvocationTest, X1_EndsEarlyWhenIdle) {
  auto handler = make([](auto& config) { config.idle_timeout = 2s; });
  const auto start = stage.clock->now();
  EXPECT_EQ(type_of(handler(event())), "success");
  EXPECT_EQ(stage.clock->now(), start + 2s);
  EXPECT_THAT(stage.calls, Contains("shutdown"));
}

TEST_F(InvocationTest, X1_IsNotIdleWhileATaskRunsOrJustEnded) {
  auto handler = make([](auto& config) { config.idle_timeout = 2s; });
  const auto start = stage.clock->now();
  stage.status = [&]() -> detail::Worker::Status {
    const auto now = stage.clock->now();
    if (now < start + 9s) return {.running_tasks = 1, .last_task = start};
    return {.running_tasks = 0, .last_task = start + 9s};
  };
  handler(event());
  EXPECT_EQ(stage.clock->now(), start + 11s);
}

TEST_F(InvocationTest, X1_F6_IsNotIdleWhileTheServerIsGone) {
  auto handler = make([](auto& config) { config.idle_timeout = 2s; });
  const auto start = stage.clock->now();
  stage.on_probe = [&](Duration) {
    if (stage.clock->now() < start + 5s) throw ConnectionError("refused");
  };
  EXPECT_EQ(type_of(handler(event())), "success");
  EXPECT_EQ(stage.clock->now(), start + 6s);
}

TEST_F(InvocationTest, X1_IsOffByDefault) {
  auto handler = make();
  const auto start = stage.clock->now();
  handler(event(60s));
  EXPECT_EQ(stage.clock->now(), start + 53s);
}

TEST_F(InvocationTest, X2_ReusesAConnectionThatIsAliveAfterAFreeze) {
  auto handler = make();
  handler(event());
  stage.clock->freeze_for(1h);
  stage.probes.clear();
  EXPECT_EQ(type_of(handler(event())), "success");
  EXPECT_EQ(stage.connects.size(), 1U);
  EXPECT_LE(stage.probes.front(), 1s);
}

TEST_F(InvocationTest, X2_ReplacesAConnectionThatIsDead) {
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

TEST_F(InvocationTest, X2_OpensAnotherConnectionWhenTheConfigurationChanged) {
  int call = 0;
  auto handler = make([&call](auto& config) { config.client_connect_config.api_key = std::to_string(++call); });
  handler(event());
  handler(event());
  EXPECT_EQ(stage.connects.size(), 2U);
}

TEST_F(InvocationTest, X2_ProbesTheConnectionOfInitWhenTheFirstEventComesLate) {
  auto handler = make();
  stage.clock->freeze_for(10min);
  handler(event());
  EXPECT_EQ(stage.calls.at(3), "probe");
}

TEST_F(InvocationTest, FailsWithoutADeadline) {
  auto handler = make();
  const auto outcome = handler({.request_id = "id-1"});
  EXPECT_EQ(type_of(outcome), "Temporal.InternalError");
  EXPECT_THAT(outcome.failure->message, HasSubstr("Lambda-Runtime-Deadline-Ms"));
  EXPECT_THAT(stage.calls, Contains("hook"));
}

TEST_F(InvocationTest, K_LogsTheFailureWithItsType) {
  auto handler = make();
  handler(event(1s));
  ASSERT_EQ(stage.logged("ERROR").size(), 1U);
  EXPECT_EQ(stage.logged("ERROR").front()["error_type"], "Temporal.DeadlineError");
  EXPECT_EQ(stage.logged("ERROR").front()["request_id"], "id-1");
}

TEST_F(InvocationTest, C10_NoSecretReachesTheLog) {
  stage.loaded.connect.api_key = "s3cret";
  stage.on_connect = [](const auto&) { throw ConnectionError("refused"); };
  auto handler = make();
  handler(event());
  for (const auto& record : stage.records) EXPECT_THAT(record.dump(), Not(HasSubstr("s3cret")));
}

}  // namespace
}  // namespace temporal::lambda
