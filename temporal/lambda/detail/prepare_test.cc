#include <temporal/lambda/detail/prepare.h>

#include <temporal/client/interceptor.h>
#include <temporal/common/client_errors.h>
#include <temporal/common/sleep.h>
#include <temporal/lambda/detail/fake_world.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace temporal::lambda::detail {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

const WorkerDeploymentVersion version{.deployment_name = "my-app", .build_id = "build-1"};

LambdaWorkerConfig good_config() {
  auto config = default_config(version, {}, {});
  config.worker_config.task_queue = "queue";
  config.worker_config.workflows.push_back({.name = "hello", .options = {VersioningBehavior::pinned}});
  return config;
}

template <class Call>
Failure failure_of(Call&& call) {
  try {
    call();
  } catch (...) {
    return to_failure(std::current_exception());
  }
  return {ErrorType::internal, "no error"};
}

Failure refusal_of(const LambdaWorkerConfig& config) {
  return failure_of([&] { validate(config, World{}); });
}

TEST(Version, A2_NeedsBothParts) {
  const Failure expected{ErrorType::configuration,
                         "version is required (deployment_name and build_id must be set): give it to run_worker, or "
                         "set TEMPORAL_DEPLOYMENT_NAME and TEMPORAL_WORKER_BUILD_ID"};
  EXPECT_EQ(failure_of([] { check_version({.deployment_name = "", .build_id = "b"}); }), expected);
  EXPECT_EQ(failure_of([] { check_version({.deployment_name = "d", .build_id = " \t"}); }), expected);
  EXPECT_NO_THROW(check_version(version));
}

TEST(Version, APartThatCodeDoesNotChooseIsThatOfAVariable) {
  const envconfig::Environment environment{{"TEMPORAL_DEPLOYMENT_NAME", "shop"}, {"TEMPORAL_WORKER_BUILD_ID", "b-7"}};
  EXPECT_EQ(effective_version({}, environment), (WorkerDeploymentVersion{"shop", "b-7"}));
  EXPECT_EQ(effective_version({.deployment_name = "mine", .build_id = " "}, environment),
            (WorkerDeploymentVersion{"mine", "b-7"}));
  EXPECT_EQ(effective_version(version, environment), version) << "what code chooses wins";
  EXPECT_EQ(effective_version({.deployment_name = "mine", .build_id = ""}, {}), (WorkerDeploymentVersion{"mine", ""}));
}

TEST(Defaults, E1_E2_E3_E4_E5_E6_E7_E8_E9_E10_E11_AreThoseOfTheTable) {
  const auto config = default_config(version, {}, {});
  const auto& options = config.worker_config;
  EXPECT_EQ(options.max_concurrent_activities, 2U);
  EXPECT_EQ(options.max_concurrent_workflow_tasks, 10U);
  EXPECT_EQ(options.max_concurrent_local_activities, 2U);
  EXPECT_EQ(options.max_concurrent_nexus_tasks, 5U);
  EXPECT_EQ(std::get<worker::SimpleMaximum>(*options.workflow_task_poller_behavior).maximum, 2U);
  EXPECT_EQ(std::get<worker::SimpleMaximum>(*options.activity_task_poller_behavior).maximum, 1U);
  EXPECT_EQ(std::get<worker::SimpleMaximum>(*options.nexus_task_poller_behavior).maximum, 1U);
  EXPECT_EQ(options.graceful_shutdown_timeout, 5s);
  EXPECT_EQ(options.max_cached_workflows, 30U);
  EXPECT_TRUE(options.disable_eager_activity_execution);
  EXPECT_EQ(config.effective_shutdown_deadline_buffer(), 7s);
  EXPECT_EQ(config.idle_timeout, std::nullopt);
  EXPECT_EQ(config.client_connect_config.connect_timeout, 3s) << "F13";
}

TEST(Defaults, E11_TheBufferFollowsTheGracefulTimeoutUntilItIsChosen) {
  auto config = default_config(version, {}, {});
  config.worker_config.graceful_shutdown_timeout = 20s;
  EXPECT_EQ(config.effective_shutdown_deadline_buffer(), 22s);
  config.shutdown_deadline_buffer = 3s;
  EXPECT_EQ(config.effective_shutdown_deadline_buffer(), 3s);
}

TEST(Defaults, B1_TheVersionIsFilledIn) {
  EXPECT_EQ(default_config(version, {}, {}).worker_config.deployment_version, version);
}

TEST(Defaults, A5_D1_HaveTheLoadedConnectionAndTaskQueue) {
  envconfig::ClientConfig loaded;
  loaded.connect.address = "server:7233";
  loaded.task_queue = "from-environment";
  const auto config = default_config(version, loaded, {});
  EXPECT_EQ(config.client_connect_config.address, "server:7233");
  EXPECT_EQ(config.worker_config.task_queue, "from-environment");
}

TEST(Defaults, C1_HaveTheLoadedCodecForTheCallbackToRead) {
  envconfig::ClientConfig loaded;
  loaded.codec = {.endpoint = "http://codec", .auth = "Bearer x"};
  EXPECT_EQ(default_config(version, loaded, {}).codec, loaded.codec);
}

TEST(Defaults, X1_TheIdleTimeoutComesFromTheEnvironment) {
  EXPECT_EQ(default_config(version, {}, {{"TEMPORAL_LAMBDA_IDLE_TIMEOUT", "1.5s"}}).idle_timeout, 1500ms);
  EXPECT_EQ(default_config(version, {}, {{"TEMPORAL_LAMBDA_IDLE_TIMEOUT", ""}}).idle_timeout, std::nullopt) << "C4";
  const auto failure = failure_of([] { default_config(version, {}, {{"TEMPORAL_LAMBDA_IDLE_TIMEOUT", "soon"}}); });
  EXPECT_EQ(failure.type, ErrorType::configuration);
  EXPECT_THAT(failure.message, AllOf(HasSubstr("TEMPORAL_LAMBDA_IDLE_TIMEOUT"), HasSubstr("\"soon\"")));
}

/// Sees the calls of clients and what workers run.
class SeesAll : public client::Interceptor, public worker::Interceptor {};

TEST(Config, A6_ACopyHasItsOwnContainersAndSharesWhatTheUserPutIn) {
  const auto interceptor = std::make_shared<SeesAll>();
  auto config = good_config();
  config.client_connect_config.interceptors = {interceptor};
  config.worker_config.interceptors = {interceptor};
  const auto copy = config;
  config.client_connect_config.interceptors.clear();
  config.worker_config.interceptors.clear();
  config.shutdown_hooks.emplace_back([](Duration) {});
  EXPECT_THAT(copy.client_connect_config.interceptors, ElementsAre(interceptor));
  EXPECT_THAT(copy.worker_config.interceptors, ElementsAre(interceptor));
  EXPECT_TRUE(copy.shutdown_hooks.empty());
}

TEST(Configure, K2_KeepsTheMessageOfWhatTheCallbackThrew) {
  LambdaWorkerConfig config;
  const Configure throws{[](LambdaWorkerConfig&) { throw std::runtime_error("no secret store"); }};
  EXPECT_EQ(failure_of([&] { call_configure(throws, config); }),
            (Failure{ErrorType::configure_callback, "no secret store"}));
  const Configure throws_int{[](LambdaWorkerConfig&) { throw 7; }};
  EXPECT_EQ(failure_of([&] { call_configure(throws_int, config); }).type, ErrorType::configure_callback);
}

TEST(Configure, A9_KeepsWhatTheCallbackReturnsEvenWhenItCannotBeCopied) {
  LambdaWorkerConfig config;
  auto alive = std::make_shared<int>(1);
  const std::weak_ptr<int> watch = alive;
  const Configure configure{
      [held = std::make_unique<std::shared_ptr<int>>(std::move(alive))](LambdaWorkerConfig&) mutable {
        return std::make_unique<std::shared_ptr<int>>(std::move(*held));
      }};
  auto scope = call_configure(configure, config);
  EXPECT_FALSE(watch.expired());
  scope.reset();
  EXPECT_TRUE(watch.expired());
}

TEST(Configure, A9_MayBeACoroutine) {
  std::weak_ptr<int> scope;
  const auto callback = [&scope](LambdaWorkerConfig& config) -> Task<std::shared_ptr<int>> {
    co_await sleep_for(1ms);
    config.worker_config.task_queue = "from-a-coroutine";
    auto object = std::make_shared<int>(7);
    scope = object;
    co_return object;
  };
  LambdaWorkerConfig config;
  auto kept = call_configure(callback, config);
  EXPECT_EQ(config.worker_config.task_queue, "from-a-coroutine");
  EXPECT_FALSE(scope.expired());
  kept.reset();
  EXPECT_TRUE(scope.expired());
}

TEST(Configure, A9_K2_ACoroutineWithoutAResultKeepsNothingAndMayThrow) {
  LambdaWorkerConfig config;
  EXPECT_EQ(call_configure([](LambdaWorkerConfig&) -> Task<> { co_await sleep_for(1ms); }, config), nullptr);
  const auto failure = failure_of([&config] {
    call_configure(
        [](LambdaWorkerConfig&) -> Task<> {
          co_await sleep_for(1ms);
          throw std::runtime_error("no secret store");
        },
        config);
  });
  EXPECT_EQ(failure, (Failure{ErrorType::configure_callback, "no secret store"}));
}

TEST(Overrides, B2_PutTheVersionBackWithOneWarning) {
  Stage stage;
  const auto world = fake_world(stage);
  auto config = good_config();
  config.worker_config.deployment_version = std::nullopt;
  apply_overrides(config, version, world.log);
  EXPECT_EQ(config.worker_config.deployment_version, version);
  ASSERT_EQ(stage.logged("WARN").size(), 1U);
  EXPECT_THAT(stage.logged("WARN").front()["message"], HasSubstr("deployment_version"));
}

TEST(Overrides, E10_PutEagerActivitiesBackWithOneWarning) {
  Stage stage;
  const auto world = fake_world(stage);
  auto config = good_config();
  config.worker_config.disable_eager_activity_execution = false;
  apply_overrides(config, version, world.log);
  EXPECT_TRUE(config.worker_config.disable_eager_activity_execution);
  ASSERT_EQ(stage.logged("WARN").size(), 1U);
}

TEST(Overrides, SayNothingWhenNothingWasChanged) {
  Stage stage;
  auto config = good_config();
  apply_overrides(config, version, fake_world(stage).log);
  EXPECT_TRUE(stage.records.empty());
}

TEST(Overrides, X1_RaisesAnIdleTimeoutThatWouldLeaveTasksBehind) {
  Stage stage;
  auto config = good_config();
  config.idle_timeout = 200ms;
  apply_overrides(config, version, fake_world(stage).log);
  EXPECT_EQ(config.idle_timeout, 600ms);
  ASSERT_EQ(stage.logged("WARN").size(), 1U);
  config.idle_timeout = 5s;
  apply_overrides(config, version, fake_world(stage).log);
  EXPECT_EQ(config.idle_timeout, 5s);
}

TEST(Overrides, E12_ATunerReplacesTheDefaultLimitsWithoutAComplaint) {
  Stage stage;
  auto config = good_config();
  config.worker_config.tuner = worker::WorkerTuner{.activities = worker::FixedSizeSlots{7}};
  apply_overrides(config, version, fake_world(stage).log);
  EXPECT_EQ(config.worker_config.max_concurrent_activities, std::nullopt);
  EXPECT_EQ(config.worker_config.max_concurrent_workflow_tasks, std::nullopt);
  EXPECT_EQ(config.worker_config.max_concurrent_local_activities, std::nullopt);
  EXPECT_EQ(config.worker_config.max_concurrent_nexus_tasks, std::nullopt);
  EXPECT_TRUE(config.worker_config.tuner);
  EXPECT_TRUE(stage.logged("WARN").empty());
}

TEST(Validate, AcceptsTheDefaults) { EXPECT_EQ(refusal_of(good_config()).message, "no error"); }

TEST(Validate, D2_NeedsATaskQueue) {
  auto config = good_config();
  config.worker_config.task_queue = "";
  EXPECT_EQ(refusal_of(config), (Failure{ErrorType::configuration,
                                         "task queue not configured: set worker_config.task_queue or the "
                                         "TEMPORAL_TASK_QUEUE environment variable"}));
}

TEST(Validate, B3_NamesTheWorkflowAndBothWaysToSetItsBehavior) {
  auto config = good_config();
  config.worker_config.workflows.push_back({.name = "order"});
  const auto failure = refusal_of(config);
  EXPECT_EQ(failure.type, ErrorType::configuration);
  EXPECT_THAT(failure.message, AllOf(HasSubstr("workflow order "), HasSubstr(".versioning_behavior = "),
                                     HasSubstr("worker_config.default_versioning_behavior")));
  config.worker_config.default_versioning_behavior = VersioningBehavior::auto_upgrade;
  EXPECT_EQ(refusal_of(config).message, "no error");
}

TEST(Validate, K1_RefusesValuesOutOfRangeByName) {
  const auto refused = [](auto change) {
    auto config = good_config();
    change(config);
    const auto failure = refusal_of(config);
    return failure.type == ErrorType::configuration ? failure.message : "not a configuration error";
  };
  EXPECT_THAT(refused([](auto& c) { c.worker_config.graceful_shutdown_timeout = -1s; }),
              HasSubstr("graceful_shutdown_timeout is -1 s"));
  EXPECT_THAT(refused([](auto& c) { c.worker_config.graceful_shutdown_timeout = Duration::max(); }),
              HasSubstr("graceful_shutdown_timeout"));
  EXPECT_THAT(refused([](auto& c) { c.shutdown_deadline_buffer = -2s; }),
              HasSubstr("shutdown_deadline_buffer is -2 s"));
  EXPECT_THAT(refused([](auto& c) { c.idle_timeout = 0s; }), HasSubstr("idle_timeout is 0 s"));
  EXPECT_THAT(refused([](auto& c) { c.client_connect_config.connect_timeout = 0s; }), HasSubstr("connect_timeout"));
}

TEST(Validate, AsksClientAndWorkerToo) {
  World world;
  world.validate = [](const client::ConnectOptions&, const worker::WorkerOptions&) {
    throw ConfigurationError("registered twice");
  };
  EXPECT_EQ(failure_of([&] { validate(good_config(), world); }),
            (Failure{ErrorType::configuration, "registered twice"}));
}

TEST(Failure, K1_K2_K3_K4_K5_K6_MapsExceptionsToErrorTypes) {
  const auto type_of = [](auto error) { return failure_of([&] { throw error; }).type; };
  EXPECT_EQ(type_of(ConfigurationError("x")), ErrorType::configuration);
  EXPECT_EQ(type_of(ConnectionError("x")), ErrorType::connection);
  EXPECT_EQ(type_of(RpcError(GrpcStatus::not_found, "x")), ErrorType::worker);
  EXPECT_EQ(type_of(RpcError(GrpcStatus::unavailable, "x")), ErrorType::connection);
  EXPECT_EQ(type_of(LambdaError(ErrorType::deadline, "x")), ErrorType::deadline);
  EXPECT_EQ(type_of(std::logic_error("x")), ErrorType::internal);
}

TEST(Failure, K_HasTheNamesOfTheTable) {
  EXPECT_EQ(to_string(ErrorType::configuration), "Temporal.ConfigurationError");
  EXPECT_EQ(to_string(ErrorType::configure_callback), "Temporal.ConfigureCallbackError");
  EXPECT_EQ(to_string(ErrorType::deadline), "Temporal.DeadlineError");
  EXPECT_EQ(to_string(ErrorType::connection), "Temporal.ConnectionError");
  EXPECT_EQ(to_string(ErrorType::worker), "Temporal.WorkerError");
  EXPECT_EQ(to_string(ErrorType::internal), "Temporal.InternalError");
}

}  // namespace
}  // namespace temporal::lambda::detail
