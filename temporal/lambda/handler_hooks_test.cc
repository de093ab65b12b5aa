#include <temporal/lambda/handler.h>

#include <temporal/common/client_errors.h>
#include <temporal/common/sleep.h>
#include <temporal/core/runtime_source.h>
#include <temporal/lambda/detail/handler_fixture.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <thread>
#include <vector>

namespace temporal::lambda::detail {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

using Hooks = HandlerTest;

TEST_F(Hooks, H1_H3_RunsTheHooksInOrderAndGoesOnWhenOneThrows) {
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

class SomeTelemetry : public core::RuntimeSource {
 public:
  explicit SomeTelemetry(std::function<void(Duration)> flush) : flush_(std::move(flush)) {}
  std::shared_ptr<core::Runtime> runtime(const std::function<std::shared_ptr<core::Runtime>()>&) override { return {}; }
  void flush_before_freeze(Duration time_left) const override { flush_(time_left); }

 private:
  std::function<void(Duration)> flush_;
};

TEST_F(Hooks, J9_WhatWasMeasuredIsFlushedLastWhoeverChoseTheTelemetry) {
  const auto telemetry = std::make_shared<SomeTelemetry>([this](Duration time_left) {
    stage.record("flush");
    EXPECT_LT(time_left, 7s - 300ms) << "it ends before it would be given up";
    EXPECT_GT(time_left, 6s);
    throw ConnectionError("telemetry was not exported: no collector");
  });
  auto handler = make([&](auto& config) {
    config.client_connect_config.telemetry = telemetry;
    config.shutdown_hooks.emplace_back([](Duration) { throw std::runtime_error("hook failed"); });
  });
  const auto outcome = handler(event());
  EXPECT_EQ(type_of(outcome), "success");
  EXPECT_EQ((std::vector<std::string>{stage.calls.end() - 3, stage.calls.end()}),
            (std::vector<std::string>{"hook", "scope destroyed", "flush"}));
  ASSERT_EQ(stage.logged("WARN").size(), 1U);
  EXPECT_EQ(stage.logged("WARN").front()["message"], "telemetry was not exported: no collector");
}

TEST_F(Hooks, ThoseOfAConfigurationThatIsTooOldForTheFirstEventRunBeforeItIsMadeAnew) {
  std::vector<std::string> steps;
  int made = 0;
  auto handler = make([&](auto& config) {
    const auto number = std::to_string(++made);
    steps.push_back("made " + number);
    config.shutdown_hooks.emplace_back([&steps, number](Duration) { steps.push_back("hook of " + number); });
  });
  stage.clock->advance(61s);
  EXPECT_EQ(type_of(handler(event())), "success");
  EXPECT_THAT(steps, ElementsAre("made 1", "hook of 1", "made 2", "hook of 2"));
}

TEST_F(Hooks, H4_TellsAHookHowMuchTimeIsLeft) {
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

TEST_F(Hooks, H1_H2_H3_WaitsForACoroutineBeforeTheNextHook) {
  auto handler = make([this](auto& config) {
    config.shutdown_hooks = {[this](Duration time_left) -> Task<> {
                               co_await sleep_for(1ms);
                               stage.record("flushed with " + std::to_string(time_left / 1s) + " s left");
                             },
                             [](Duration) -> Task<> {
                               co_await sleep_for(1ms);
                               throw std::runtime_error("flush failed");
                             },
                             [this](Duration) { stage.record("last hook"); }};
  });
  EXPECT_FALSE(handler(event()).must_exit);
  EXPECT_EQ((std::vector<std::string>{stage.calls.end() - 3, stage.calls.end()}),
            (std::vector<std::string>{"flushed with 7 s left", "last hook", "scope destroyed"}));
  EXPECT_EQ(stage.logged("ERROR").front()["error"], "flush failed");
}

TEST_F(Hooks, H2_StopsWaitingForACoroutineThatIsStuckAndExits) {
  const temporal::detail::Promise<void> release;
  auto handler = make([this, &release](auto& config) {
    config.shutdown_hooks = {[clock = stage.clock, &release](Duration) -> Task<> {
      clock->advance(1h);
      co_await release.future();
    }};
  });
  EXPECT_TRUE(handler(event()).must_exit);
  release.set_value();
  while (!has_happened("scope destroyed")) std::this_thread::yield();
}

TEST_F(Hooks, H2_StopsWaitingForAHookThatIsStuckAndExits) {
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

}  // namespace
}  // namespace temporal::lambda::detail
