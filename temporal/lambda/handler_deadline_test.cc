#include <temporal/lambda/handler.h>

#include <temporal/common/client_errors.h>
#include <temporal/lambda/detail/handler_fixture.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <future>
#include <stop_token>
#include <vector>

namespace temporal::lambda::detail {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class Deadlines : public HandlerTest {
 protected:
  /// The server answers nothing when the worker has started, unless `answers` grows.
  void be_silent() {
    stage.pulse = [this]() -> Connection::Pulse { return {.answers = answers, .way = 100ms}; };
    stage.on_probe = [](Duration) { throw ConnectionError("no answer"); };
  }

  std::uint64_t answers = 1;
};

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
  be_silent();
  stage.on_probe = {};  // it is back when it is asked
  EXPECT_EQ(type_of(handler(event())), "success");
  EXPECT_EQ(stage.probes.size(), 1U);
  EXPECT_THAT(stage.logged("WARN"), IsEmpty());
}

TEST_F(Deadlines, F6_DoesNotAskAServerThatHasJustEndedThePolls) {
  auto handler = make();
  stage.on_probe = [](Duration) { throw ConnectionError("too far away"); };
  EXPECT_EQ(type_of(handler(event())), "success");
  EXPECT_THAT(stage.probes, IsEmpty());
}

TEST_F(Deadlines, F6_WarnsOfAServerThatIsSilentAtTheEndWhenItWasThereBefore) {
  auto handler = make();
  be_silent();
  stage.on_wait = [this](SteadyTime until, auto) {
    if (until > stage.clock->now()) ++answers;  // not while its last polls are waited for
    stage.clock->advance_to(until);
    return std::exception_ptr{};
  };
  EXPECT_EQ(type_of(handler(event())), "success");
  EXPECT_EQ(stage.probes, (std::vector<Duration>{2s, 2s})) << "a lost packet is no silence";
  ASSERT_EQ(stage.logged("WARN").size(), 1U);
  EXPECT_EQ(stage.logged("WARN").front()["error"], "no answer");
}

TEST_F(Deadlines, F6_F5_AsksASilentServerOnlyWhenActivitiesHadTheirTime) {
  auto handler = make();
  be_silent();
  SteadyTime drain_until;
  const auto start = stage.clock->now();
  stage.on_shutdown = [&](SteadyTime deadline) {
    drain_until = deadline;
    stage.clock->advance_to(deadline);
    return true;
  };
  EXPECT_EQ(type_of(handler(event(60s))), "Temporal.ConnectionError");
  EXPECT_EQ(drain_until, start + 53s + 5s + 500ms);
  const auto left = 1500ms - answer_margin - hook_reserve;
  EXPECT_EQ(stage.probes, (std::vector<Duration>{left / 2, left})) << "the clock stands still in between";
}

TEST_F(Deadlines, F6_FailsWithTheConnectionErrorWhenTheServerNeverCameBack) {
  auto handler = make();
  be_silent();
  const auto outcome = handler(event());
  EXPECT_EQ(type_of(outcome), "Temporal.ConnectionError");
  EXPECT_THAT(outcome.failure->message, AllOf(HasSubstr("localhost:7233"), HasSubstr("no answer")));
}

TEST_F(Deadlines, F5_F6_SaysThatTheServerIsGoneWhenThatIsWhyWorkIsStuck) {
  auto handler = make();
  stage.on_shutdown = [](SteadyTime) { return false; };
  be_silent();
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
    const auto last =
        gone;  // NOLINT(performance-unnecessary-copy-initialization): the fixture may go as soon as it is set
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
  EXPECT_EQ(line["requestId"], "id-1");
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

TEST_F(Deadlines, X1_PollsGoOnWithoutAGapWhileATaskRuns) {
  auto handler = make([](auto& config) { config.idle_timeout = 2s; });
  const auto start = stage.clock->now();
  stage.status = [&]() -> Worker::Status {
    return {.running_tasks = stage.clock->now() < start + 4s ? 1U : 0U, .last_task = start};
  };
  std::vector<Duration> left_at_the_end;
  stage.on_wait = [&](SteadyTime until, auto) {
    stage.clock->advance_to(until);
    left_at_the_end.push_back(stage.poll_limits.back().at - stage.clock->now());
    return std::exception_ptr{};
  };
  handler(event());
  EXPECT_EQ(left_at_the_end, (std::vector<Duration>{0s, no_more_polls, no_more_polls, 0s, 0s}));
}

TEST_F(Deadlines, X1_ABusyWorkerWaitsForTheEndOfItsBudgetWithoutLookingAllTheTime) {
  auto handler = make([](auto& config) { config.idle_timeout = 2s; });
  const auto start = stage.clock->now();
  stage.status = [] { return Worker::Status{.running_tasks = 1}; };
  int waits = 0;
  stage.on_wait = [&](SteadyTime until, auto) -> std::exception_ptr {
    if (++waits > 100) return std::make_exception_ptr(std::runtime_error("looks all the time"));
    stage.clock->advance_to(until);
    return {};
  };
  EXPECT_EQ(type_of(handler(event(60s))), "success");
  EXPECT_EQ(stage.clock->now(), start + 53s);
}

TEST_F(Deadlines, X1_F6_IsNotIdleWhileTheServerIsGone) {
  auto handler = make([](auto& config) { config.idle_timeout = 2s; });
  const auto start = stage.clock->now();
  be_silent();
  stage.on_probe = [&](Duration) {
    if (stage.clock->now() < start + 5s) throw ConnectionError("refused");
  };
  EXPECT_EQ(type_of(handler(event())), "success");
  EXPECT_EQ(stage.clock->now(), start + 6s);
}

TEST_F(Deadlines, X1_F10_TakesLongerToLeaveWhereTheServerIsFar) {
  auto handler = make([](auto& config) { config.idle_timeout = 600ms; });
  stage.pulse = [this]() -> Connection::Pulse { return {.answers = ++answers, .way = 600ms}; };
  const auto start = stage.clock->now();
  EXPECT_EQ(type_of(handler(event())), "success");
  EXPECT_EQ(stage.clock->now(), start + 500ms + 600ms) << "no task is on its way";
  EXPECT_THAT(stage.holds, ElementsAre(start + 1100ms + 3s + 1200ms)) << "the last poll has to come back";
}

TEST_F(Deadlines, X1_AStartThatTakesLongIsNoIdleness) {
  auto handler = make([](auto& config) { config.idle_timeout = 2s; });
  stage.on_start = [this] { stage.clock->advance(1500ms); };
  const auto start = stage.clock->now();
  EXPECT_EQ(type_of(handler(event())), "success");
  ASSERT_EQ(stage.poll_limits.size(), 2U);
  EXPECT_EQ(stage.poll_limits[1].at, start + 1500ms + 2s);
  EXPECT_EQ(stage.clock->now(), start + 1500ms + 2s);
}

TEST_F(Deadlines, F10_HasTheServerEndThePollsWhenTheWorkerLeaves) {
  auto handler = make([](auto& config) { config.idle_timeout = 2s; });
  const auto start = stage.clock->now();
  handler(event());
  ASSERT_EQ(stage.poll_limits.size(), 1U) << "before the first poll";
  EXPECT_EQ(stage.poll_limits[0].at, start + 2s);
  EXPECT_EQ(stage.poll_limits[0].after_a_task, 2s);
  EXPECT_EQ(stage.poll_limits[0].at_most, start + 53s - no_more_polls);
  auto without_idle_exit = make();
  const auto second = stage.clock->now();
  without_idle_exit(event(60s));
  EXPECT_EQ(stage.poll_limits.back().at, second + 53s - no_more_polls);
}

TEST_F(Deadlines, F10_WaitsForTheLastPollsBeforeItStops) {
  auto handler = make();
  const auto stop_at = stage.clock->now() + 53s;
  handler(event(60s));
  EXPECT_THAT(stage.holds, ElementsAre(stop_at + 3200ms));
}

TEST_F(Deadlines, F10_F5_WaitsForThePollsNoLongerThanThatLeavesTimeToDrain) {
  auto handler = make([](auto& config) { config.shutdown_deadline_buffer = 1s; });
  const auto stop_at = stage.clock->now() + 59s;
  handler(event(60s));
  EXPECT_THAT(stage.holds, ElementsAre(stop_at + (1s - answer_margin - hook_reserve) / 2));
}

TEST_F(Deadlines, X1_F14_StaysForATaskThatTheLastPollsBrought) {
  auto handler = make([](auto& config) { config.idle_timeout = 2s; });
  const auto start = stage.clock->now();
  int holds = 0;
  stage.on_hold = [&](SteadyTime) { return ++holds == 1; };
  handler(event());
  EXPECT_EQ(stage.clock->now(), start + 4s);
  ASSERT_EQ(stage.poll_limits.size(), 2U) << "polls go on";
  EXPECT_EQ(stage.poll_limits[1].at, start + 4s);
}

TEST_F(Deadlines, F4_F14_DrainsATaskThatTheLastPollsBroughtWhenTheTimeIsUp) {
  auto handler = make([](auto& config) { config.idle_timeout = 100s; });
  const auto start = stage.clock->now();
  stage.on_hold = [](SteadyTime) { return true; };
  EXPECT_EQ(type_of(handler(event(60s))), "success");
  EXPECT_EQ(stage.clock->now(), start + 53s);
  EXPECT_THAT(stage.calls, Contains("shutdown").Times(1));
}

TEST_F(Deadlines, F6_FailsWhenTheWorkerFailsDuringItsLastPolls) {
  auto handler = make();
  bool ending = false;
  stage.on_hold = [&](SteadyTime) { return !(ending = true); };
  stage.on_wait = [&](SteadyTime until, auto) -> std::exception_ptr {
    if (ending) return std::make_exception_ptr(RpcError(GrpcStatus::permission_denied, "no"));
    stage.clock->advance_to(until);
    return {};
  };
  EXPECT_EQ(type_of(handler(event())), "Temporal.WorkerError");
}

TEST_F(Deadlines, F12_DoesNotWaitForPollsWhenAskedToStop) {
  auto handler = make();
  std::stop_source stop;
  stop.request_stop();
  handler(event(), stop.get_token());
  EXPECT_THAT(stage.calls, Not(Contains("hold polls")));
}

TEST_F(Deadlines, X1_IsOffByDefault) {
  auto handler = make();
  const auto start = stage.clock->now();
  handler(event(60s));
  EXPECT_EQ(stage.clock->now(), start + 53s);
}

}  // namespace
}  // namespace temporal::lambda::detail
