#include <temporal/lambda/handler.h>

#include <temporal/common/client_errors.h>
#include <temporal/lambda/detail/handler_fixture.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <stop_token>

namespace temporal::lambda::detail {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

using Deadlines = HandlerTest;

TEST_F(Deadlines, F4_StopsWhenTheBudgetIsSpent) {
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

TEST_F(Deadlines, F1_FailsBeforeAWorkerIsStartedWhenTheBudgetIsTooSmall) {
  auto handler = make();
  const auto outcome = handler(event(8s));
  EXPECT_EQ(type_of(outcome), "Temporal.DeadlineError");
  EXPECT_THAT(outcome.failure->message, AllOf(HasSubstr("time left 8 s"), HasSubstr("buffer 7 s"),
                                              HasSubstr("shutdown_deadline_buffer"), HasSubstr("timeout")));
  EXPECT_THAT(stage.calls, ElementsAre("load", "configure", "connect", "hook", "scope destroyed")) << "F8";
  EXPECT_FALSE(outcome.must_exit);
}

TEST_F(Deadlines, F1_ComesBeforeTheProbeWhenWarm) {
  auto handler = make();
  handler(event());
  stage.calls.clear();
  EXPECT_EQ(type_of(handler(event(1s))), "Temporal.DeadlineError");
  EXPECT_THAT(stage.calls, ElementsAre("configure", "hook", "scope destroyed"));
}

TEST_F(Deadlines, F2_WarnsOnceWithTheNumbersWhenTheBudgetIsTight) {
  auto handler = make();
  EXPECT_EQ(type_of(handler(event(10s))), "success");
  ASSERT_EQ(stage.logged("WARN").size(), 1U);
  const auto warning = stage.logged("WARN").front();
  EXPECT_EQ(warning["time_left_seconds"], 10.0);
  EXPECT_EQ(warning["buffer_seconds"], 7.0);
  EXPECT_EQ(warning["work_seconds"], 3.0);
}

TEST_F(Deadlines, F3_DoesNotRunTheWorkerWhenConnectingTookTheBudget) {
  auto handler = make();
  stage.on_create = [this] { stage.clock->advance(10s); };
  EXPECT_EQ(type_of(handler(event(15s))), "success");
  EXPECT_THAT(stage.calls, ElementsAre("load", "configure", "connect", "create worker", "hook", "scope destroyed"));
}

TEST_F(Deadlines, F5_AbandonsWhatIsStuckThenRunsHooksAnswersAndExits) {
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

TEST_F(Deadlines, F6_FailsAtOnceWithTheWorkersFatalError) {
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

TEST_F(Deadlines, F6_FailsWhenTheServerRefusesTheWorker) {
  auto handler = make();
  stage.on_start = [] { throw RpcError(GrpcStatus::permission_denied, "no"); };
  EXPECT_EQ(type_of(handler(event())), "Temporal.WorkerError");
  stage.on_start = [] { throw ConfigurationError("Namespace shop is not found."); };
  EXPECT_EQ(handler(event()).failure, (Failure{ErrorType::worker, "Namespace shop is not found."}));
  stage.on_start = {};
  EXPECT_EQ(type_of(handler(event())), "success") << "the environment survives";
}

TEST_F(Deadlines, F6_SurvivesAServerThatComesBack) {
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

TEST_F(Deadlines, F6_FailsWithTheConnectionErrorWhenTheServerNeverCameBack) {
  auto handler = make();
  stage.on_probe = [](Duration) { throw ConnectionError("refused"); };
  const auto outcome = handler(event());
  EXPECT_EQ(type_of(outcome), "Temporal.ConnectionError");
  EXPECT_THAT(outcome.failure->message, AllOf(HasSubstr("localhost:7233"), HasSubstr("refused")));
}

TEST_F(Deadlines, F5_F6_SaysThatTheServerIsGoneWhenThatIsWhyWorkIsStuck) {
  auto handler = make();
  stage.on_shutdown = [](SteadyTime) { return false; };
  stage.on_probe = [](Duration) { throw ConnectionError("no answer"); };
  const auto outcome = handler(event());
  EXPECT_EQ(type_of(outcome), "Temporal.ConnectionError");
  EXPECT_TRUE(outcome.must_exit);
}

TEST_F(Deadlines, F6_GivesUpOnAServerThatIsSilentWhenTheWorkerStarts) {
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

TEST_F(Deadlines, F11_LogsOneLineWithTheNumbers) {
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

TEST_F(Deadlines, F11_WarnsWhenTheBufferIsSmallerThanTheGracefulTimeoutAndASecond) {
  auto handler = make([](auto& config) { config.shutdown_deadline_buffer = 5s; });
  handler(event(60s));
  ASSERT_EQ(stage.logged("WARN").size(), 1U);
  EXPECT_EQ(stage.logged("WARN").front()["buffer_seconds"], 5.0);
  EXPECT_EQ(stage.logged("WARN").front()["graceful_timeout_seconds"], 5.0);
}

TEST_F(Deadlines, F12_StopsQuicklyWhenAskedAndStillRunsHooks) {
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

TEST_F(Deadlines, X1_EndsEarlyWhenIdle) {
  auto handler = make([](auto& config) { config.idle_timeout = 2s; });
  const auto start = stage.clock->now();
  EXPECT_EQ(type_of(handler(event())), "success");
  EXPECT_EQ(stage.clock->now(), start + 2s);
  EXPECT_THAT(stage.calls, Contains("shutdown"));
}

TEST_F(Deadlines, X1_IsNotIdleWhileATaskRunsOrJustEnded) {
  auto handler = make([](auto& config) { config.idle_timeout = 2s; });
  const auto start = stage.clock->now();
  stage.status = [&]() -> Worker::Status {
    const auto now = stage.clock->now();
    if (now < start + 9s) return {.running_tasks = 1, .last_task = start};
    return {.running_tasks = 0, .last_task = start + 9s};
  };
  handler(event());
  EXPECT_EQ(stage.clock->now(), start + 11s);
}

TEST_F(Deadlines, X1_F6_IsNotIdleWhileTheServerIsGone) {
  auto handler = make([](auto& config) { config.idle_timeout = 2s; });
  const auto start = stage.clock->now();
  stage.on_probe = [&](Duration) {
    if (stage.clock->now() < start + 5s) throw ConnectionError("refused");
  };
  EXPECT_EQ(type_of(handler(event())), "success");
  EXPECT_EQ(stage.clock->now(), start + 6s);
}

TEST_F(Deadlines, X1_IsOffByDefault) {
  auto handler = make();
  const auto start = stage.clock->now();
  handler(event(60s));
  EXPECT_EQ(stage.clock->now(), start + 53s);
}

}  // namespace
}  // namespace temporal::lambda::detail
