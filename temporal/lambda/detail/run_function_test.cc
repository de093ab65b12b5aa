#include <temporal/lambda/detail/run_function.h>

#include <temporal/lambda/detail/fake_runtime_api.h>
#include <temporal/lambda/detail/fake_world.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

namespace temporal::lambda::detail {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

const WorkerDeploymentVersion version{.deployment_name = "my-app", .build_id = "build-1"};

class RunFunction : public ::testing::Test {
 protected:
  int run(FakeRuntimeApi& api, const Configure& configure, std::stop_token stop = {}) {
    return run_function(version, configure, fake_world(stage), api.host(), stop);
  }

  /// An event whose deadline fits the fake clock.
  [[nodiscard]] std::string event(const std::string& id, Duration time_left = 60s,
                                  const std::string& body = "{}") const {
    const auto deadline = stage.clock->wall_now() + time_left;
    return FakeRuntimeApi::event(
        id, std::chrono::duration_cast<std::chrono::milliseconds>(deadline.time_since_epoch()).count(), body);
  }

  static void configure(LambdaWorkerConfig& config) { config.worker_config.task_queue = "queue"; }

  Stage stage;
};

TEST_F(RunFunction, A1_A11_AnswersEachEventWithNullWhateverItsPayload) {
  FakeRuntimeApi api{{{event("id-1", 60s, "")},
                      {FakeRuntimeApi::http(202)},
                      {event("id-2", 24h, "not json")},
                      {FakeRuntimeApi::http(202)},
                      {FakeRuntimeApi::http(500)}}};
  EXPECT_EQ(run(api, configure), 1) << "the Runtime API is gone in the end";
  const auto requests = api.requests();
  ASSERT_EQ(requests.size(), 5U);
  EXPECT_THAT(requests[1], HasSubstr("/invocation/id-1/response"));
  EXPECT_TRUE(requests[1].ends_with("\r\n\r\nnull"));
  EXPECT_THAT(requests[3], HasSubstr("/invocation/id-2/response"));
}

TEST_F(RunFunction, K3_AnswersAFailureWithItsTypeAndGoesOn) {
  FakeRuntimeApi api{{{event("id-1", 2s)},
                      {FakeRuntimeApi::http(202)},
                      {event("id-2")},
                      {FakeRuntimeApi::http(202)},
                      {FakeRuntimeApi::http(500)}}};
  run(api, configure);
  EXPECT_THAT(api.requests().at(1), HasSubstr("/invocation/id-1/error"));
  EXPECT_THAT(api.requests().at(1), HasSubstr("Lambda-Runtime-Function-Error-Type: Temporal.DeadlineError\r\n"));
  EXPECT_THAT(api.requests().at(3), HasSubstr("/invocation/id-2/response"));
}

TEST_F(RunFunction, A4_ReportsAFailedStartOnceAndExitsWithOne) {
  FakeRuntimeApi api{{{FakeRuntimeApi::http(202)}}};
  EXPECT_EQ(run(api, [](LambdaWorkerConfig&) { throw std::runtime_error("no secret store"); }), 1);
  const auto requests = api.requests();
  ASSERT_EQ(requests.size(), 1U);
  EXPECT_THAT(requests[0], HasSubstr("/runtime/init/error"));
  EXPECT_THAT(requests[0], HasSubstr("Lambda-Runtime-Function-Error-Type: Temporal.ConfigureCallbackError\r\n"));
  EXPECT_THAT(requests[0], HasSubstr(R"("errorMessage":"no secret store")"));
  EXPECT_THAT(requests[0], HasSubstr(R"("stackTrace":[])"));
  EXPECT_EQ(stage.logged("ERROR").size(), 1U);
}

TEST_F(RunFunction, F5_BeginsAnewAfterTheAnswerWhenSomethingIsStuck) {
  FakeRuntimeApi api{{{event("id-1")}, {FakeRuntimeApi::http(202)}}};
  stage.on_shutdown = [](auto) { return false; };
  run(api, configure);
  EXPECT_EQ(stage.restarts, 1);
  EXPECT_THAT(stage.exits, ElementsAre(0)) << "where that cannot be done";
  EXPECT_THAT(api.requests().at(1), HasSubstr("/invocation/id-1/response"));
}

TEST_F(RunFunction, F5_AProcessThatWasBegunAnewAsksForTheNextEventBeforeAllElse) {
  for (const bool fails : {false, true}) {
    FakeRuntimeApi api{{{event("id-2")}, {FakeRuntimeApi::http(202)}, {FakeRuntimeApi::http(500)}}};
    auto world = fake_world(stage);
    world.restarted = true;
    std::size_t requests_before = 0;
    const auto configure_when = [&](LambdaWorkerConfig& config) {
      requests_before = api.requests().size();
      if (fails) throw std::runtime_error("no secret store");
      configure(config);
    };
    EXPECT_EQ(run_function(version, configure_when, world, api.host(), {}), 1);
    EXPECT_EQ(requests_before, 1U);
    EXPECT_THAT(api.requests().at(1), HasSubstr(fails ? "/invocation/id-2/error" : "/invocation/id-2/response"))
        << "there is no init phase to report an error of";
  }
}

TEST_F(RunFunction, EndsWhenTheRuntimeApiSaysThatItHasFailed) {
  FakeRuntimeApi api{{{event("id-1")}, {FakeRuntimeApi::http(500, "container error")}, {event("id-2")}}};
  EXPECT_EQ(run(api, configure), 1);
  EXPECT_EQ(api.requests().size(), 2U);
}

TEST_F(RunFunction, F12_DoesNotBeginAnewWhenItIsToldToEnd) {
  FakeRuntimeApi api{{{event("id-1")}, {FakeRuntimeApi::http(202)}}};
  std::stop_source stop;
  stage.on_wait = [&](auto, auto) {
    stop.request_stop();
    return std::exception_ptr{};
  };
  stage.on_shutdown = [](auto) { return false; };
  run(api, configure, stop.get_token());
  EXPECT_EQ(stage.restarts, 0);
  EXPECT_THAT(stage.exits, ElementsAre(0));
}

TEST_F(RunFunction, F12_EndsWithZeroWhenStoppedBetweenInvocations) {
  FakeRuntimeApi api{{{.hang = true}}};
  std::stop_source stop;
  bool scope_destroyed = false;
  bool hook_ran = false;
  const std::jthread stopper{[&] {
    while (api.requests().empty()) std::this_thread::yield();
    stop.request_stop();
  }};
  EXPECT_EQ(run(
                api,
                [&](LambdaWorkerConfig& config) {
                  configure(config);
                  config.shutdown_hooks.emplace_back([&](Duration) { hook_ran = true; });
                  return std::shared_ptr<void>(nullptr, [&](void*) { scope_destroyed = true; });
                },
                stop.get_token()),
            0);
  EXPECT_TRUE(scope_destroyed) << "A8";
  EXPECT_FALSE(hook_ran) << "A8";
}

TEST_F(RunFunction, F12_AnswersAndEndsWithZeroWhenStoppedDuringAnInvocation) {
  FakeRuntimeApi api{{{event("id-1")}, {FakeRuntimeApi::http(202)}}};
  std::stop_source stop;
  stage.on_wait = [&](auto, auto) {
    stop.request_stop();
    return std::exception_ptr{};
  };
  EXPECT_EQ(run(api, configure, stop.get_token()), 0);
  EXPECT_THAT(api.requests().at(1), HasSubstr("/invocation/id-1/response"));
}

TEST_F(RunFunction, GoesOnWhenAnAnswerIsRefused) {
  FakeRuntimeApi api{{{event("id-1")},
                      {FakeRuntimeApi::http(400, "too late")},
                      {event("id-2", 24h)},
                      {FakeRuntimeApi::http(202)},
                      {FakeRuntimeApi::http(500)}}};
  run(api, configure);
  EXPECT_EQ(stage.logged("ERROR").front()["requestId"], "id-1");
  EXPECT_THAT(api.requests().at(3), HasSubstr("/invocation/id-2/response"));
}

}  // namespace
}  // namespace temporal::lambda::detail
