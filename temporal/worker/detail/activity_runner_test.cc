#include <temporal/worker/detail/activity_runner.h>

#include <temporal/activity/activity.h>
#include <temporal/common/errors.h>
#include <temporal/common/sleep.h>
#include <temporal/converter/proto_payload.h>

#include <gmock/gmock.h>

#include <cerrno>
#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

using namespace temporal;
using coresdk::ActivityTaskCompletion;
using coresdk::activity_task::ActivityTask;
using temporal::worker::detail::ActivityRunner;
using namespace std::chrono_literals;

namespace {

int twice(int n) { return 2 * n; }
void fail() { throw std::runtime_error{"out of paper"}; }
void leave() { activity::complete_asynchronously(); }
void stop_for_good() { throw ApplicationError{"no money", {.type = "CardDeclined", .non_retryable = true}}; }
Task<int> twice_later(int n) {
  co_await sleep_for(1ms);
  activity::heartbeat(activity::info().activity_type);
  co_return 2 * n;
}
std::vector<bool> knows_of_the_shutdown() {
  return {activity::worker_shutdown_token().stop_requested(), activity::stop_token().stop_requested()};
}
Task<> wait_for_a_stop() {
  EXPECT_FALSE(co_await sleep_for(1h));
  activity::throw_if_cancelled();
}
Task<> leave_later() {
  co_await sleep_for(1ms);
  activity::complete_asynchronously();
}
void fail_as_expected() { throw ApplicationError{"sold out", {.category = ErrorCategory::benign}}; }
void cancel_unasked() { throw CancelledError{}; }
void fail_with_a_cause() {
  throw ActivityError{"deep", {}, std::make_exception_ptr(ApplicationError{"deeper", {.type = "Why"}})};
}
std::string anything(std::vector<RawValue> arguments) {
  return activity::info().activity_type + " of " + std::to_string(arguments.size());
}
void beat() {
  activity::heartbeat(activity::heartbeat_details<int>().value_or(0) + 1);
  activity::throw_if_cancelled();
}

/// A runner whose jobs wait until the test runs them.
class ActivityRunnerTest : public testing::Test {
 protected:
  void run_jobs() {
    for (auto& job : std::exchange(jobs_, {})) job();
  }
  template <class... Arguments>
  static ActivityTask start(const std::string& type, const Arguments&... arguments) {
    ActivityTask task;
    task.set_task_token("token");
    task.mutable_start()->set_activity_type(type);
    converter::set_payloads(*task.mutable_start()->mutable_input(), converter::to_payloads(arguments...));
    return task;
  }
  static ActivityTask cancel(coresdk::activity_task::ActivityCancelReason reason) {
    ActivityTask task;
    task.set_task_token("token");
    task.mutable_cancel()->set_reason(reason);
    return task;
  }
  void wait_for_the_coroutine() { ended_.get_future().wait(); }
  void handle(const ActivityTask& task) { runner_.handle(task.SerializeAsString()); }
  const coresdk::activity_result::ActivityExecutionResult& result() const { return completions_.at(0).result(); }

  std::vector<std::function<void()>> jobs_;
  std::promise<void> ended_;
  std::vector<ActivityTaskCompletion> completions_;
  std::vector<coresdk::ActivityHeartbeat> heartbeats_;
  std::vector<std::string> evicted_;
  std::vector<std::string> log_;
  ActivityRunner::Instead instead_;
  ActivityRunner runner_{
      {activity::function_definition<twice>(), activity::function_definition<fail>(),
       activity::function_definition<fail_as_expected>(), activity::function_definition<fail_with_a_cause>(),
       activity::function_definition<cancel_unasked>(), activity::function_definition<beat>(),
       activity::function_definition<leave>(), activity::function_definition<leave_later>(),
       activity::function_definition<stop_for_good>(), activity::function_definition<twice_later>(),
       activity::function_definition<wait_for_a_stop>(), activity::function_definition<knows_of_the_shutdown>()},
      std::nullopt,
      "queue",
      {.execute = [this](auto job) { jobs_.push_back(std::move(job)); },
       .post = [this](auto job) { coroutines_.post(std::move(job)); },
       .hold = [this]() -> std::shared_ptr<void> { return {nullptr, [this](void*) { ended_.set_value(); }}; },
       .complete =
           [this](const std::string& bytes, ActivityRunner::Instead instead) {
             EXPECT_TRUE(completions_.emplace_back().ParseFromString(bytes));
             instead_ = std::move(instead);
           },
       .record_heartbeat =
           [this](const std::string& bytes) { EXPECT_TRUE(heartbeats_.emplace_back().ParseFromString(bytes)); },
       .evict = [this](const std::string& run_id) { evicted_.push_back(run_id); },
       .log = Logger::create({.level = LogLevel::debug}, [this](std::string_view line) { log_.emplace_back(line); })}};
  ThreadPool coroutines_{1};
};

}  // namespace

TEST_F(ActivityRunnerTest, ActivitiesHearOfAShutdownAtOnceAndAreNotStoppedByIt) {
  handle(start("knows_of_the_shutdown"));
  runner_.announce_shutdown();
  run_jobs();
  EXPECT_EQ(result().completed().result().data(), "[true,false]");
  completions_.clear();
  handle(start("knows_of_the_shutdown"));  // one that comes later
  run_jobs();
  EXPECT_EQ(result().completed().result().data(), "[true,false]");
}

TEST_F(ActivityRunnerTest, CompletesWithTheResult) {
  handle(start("twice", 21));
  EXPECT_EQ(runner_.running(), 1U);
  run_jobs();
  EXPECT_EQ(completions_.at(0).task_token(), "token");
  EXPECT_EQ(result().completed().result().data(), "42");
  EXPECT_EQ(runner_.running(), 0U);
}

TEST_F(ActivityRunnerTest, AnExceptionBecomesAnApplicationFailureWithItsClassAsTheType) {
  handle(start("fail"));
  run_jobs();
  EXPECT_EQ(result().failed().failure().message(), "out of paper");
  EXPECT_EQ(result().failed().failure().application_failure_info().type(), "std::runtime_error");
}

TEST_F(ActivityRunnerTest, AnUnknownTypeFailsAndListsWhatIsRegistered) {
  handle(start("thrice", 1));
  run_jobs();
  EXPECT_THAT(result().failed().failure().message(), testing::HasSubstr("thrice is not registered"));
  EXPECT_THAT(result().failed().failure().message(),
              testing::HasSubstr(
                  "beat, cancel_unasked, fail, fail_as_expected, fail_with_a_cause, "
                  "knows_of_the_shutdown, leave, leave_later, stop_for_good, twice, twice_later, wait_for_a_stop"));
}

TEST_F(ActivityRunnerTest, APayloadThatDoesNotDecodeFailsTheActivityAndNamesTypeAndArgument) {
  handle(start("twice", std::string{"x"}));
  run_jobs();
  EXPECT_THAT(result().failed().failure().message(), testing::HasSubstr("int"));
  EXPECT_THAT(result().failed().failure().message(), testing::HasSubstr("argument 1"));
}

TEST_F(ActivityRunnerTest, AHeartbeatOfALocalActivityGoesNowhere) {
  auto task = start("beat");
  task.mutable_start()->set_is_local(true);
  handle(task);
  run_jobs();
  EXPECT_TRUE(heartbeats_.empty());
  EXPECT_TRUE(result().has_completed());
}

TEST_F(ActivityRunnerTest, HandsHeartbeatsOnAndReportsACancellation) {
  auto task = start("beat");
  *task.mutable_start()->add_heartbeat_details() = converter::to_proto(converter::to_payload(4));
  handle(task);
  handle(cancel(coresdk::activity_task::WORKER_SHUTDOWN));
  run_jobs();
  EXPECT_EQ(heartbeats_.at(0).details(0).data(), "5");
  EXPECT_TRUE(result().cancelled().failure().has_canceled_failure_info());
  EXPECT_THAT(result().cancelled().failure().message(), testing::HasSubstr("worker shutdown"));
}

TEST_F(ActivityRunnerTest, AnActivityThatWasPausedOrResetFailsBecauseTheServerRunsItAgain) {
  for (const auto& [reason, type] : {std::pair{coresdk::activity_task::PAUSED, "ActivityPause"},
                                     std::pair{coresdk::activity_task::RESET, "ActivityReset"}}) {
    completions_.clear();
    handle(start("beat"));
    handle(cancel(reason));
    run_jobs();
    EXPECT_EQ(result().failed().failure().application_failure_info().type(), type);
  }
}

TEST_F(ActivityRunnerTest, AnApplicationErrorKeepsItsTypeAndThatItIsNotRetried) {
  handle(start("stop_for_good"));
  run_jobs();
  const auto& info = result().failed().failure().application_failure_info();
  EXPECT_EQ(info.type(), "CardDeclined");
  EXPECT_TRUE(info.non_retryable());
}

TEST_F(ActivityRunnerTest, AnActivityMayLeaveAndBeCompletedElsewhere) {
  handle(start("leave"));
  run_jobs();
  EXPECT_TRUE(result().has_will_complete_async());
  EXPECT_EQ(runner_.running(), 0U);
}

TEST_F(ActivityRunnerTest, ACoroutineHoldsNoThreadAndKeepsItsContext) {
  handle(start("twice_later", 21));
  EXPECT_TRUE(jobs_.empty());
  wait_for_the_coroutine();
  EXPECT_EQ(result().completed().result().data(), "42");
  EXPECT_EQ(heartbeats_.at(0).details(0).data(), "\"twice_later\"") << "after a co_await";
  EXPECT_EQ(runner_.running(), 0U);
}

TEST_F(ActivityRunnerTest, ACoroutinesStopTokenIsThatOfItsActivity) {
  handle(start("wait_for_a_stop"));
  handle(cancel(coresdk::activity_task::CANCELLED));
  wait_for_the_coroutine();
  EXPECT_TRUE(result().has_cancelled());
}

TEST_F(ActivityRunnerTest, ACoroutineMayLeaveOrFailAsAFunctionDoes) {
  handle(start("leave_later"));
  wait_for_the_coroutine();
  EXPECT_TRUE(result().has_will_complete_async());
  completions_.clear();
  ended_ = {};
  handle(start("twice_later", std::string{"x"}));
  wait_for_the_coroutine();
  EXPECT_THAT(result().failed().failure().message(), testing::HasSubstr("argument 1"));
}

TEST_F(ActivityRunnerTest, ADynamicActivityRunsWhatIsNotRegistered) {
  ActivityRunner runner{
      {activity::function_definition<twice>()},
      activity::dynamic_definition<anything>(),
      "queue",
      {.execute = [](auto job) { job(); },
       .complete = [this](const std::string& bytes,
                          const auto&) { EXPECT_TRUE(completions_.emplace_back().ParseFromString(bytes)); }}};
  runner.handle(start("resize", 1, 2).SerializeAsString());
  runner.handle(start("twice", 21).SerializeAsString());
  EXPECT_EQ(completions_.at(0).result().completed().result().data(), "\"resize of 2\"");
  EXPECT_EQ(completions_.at(1).result().completed().result().data(), "42");
}

TEST_F(ActivityRunnerTest, ToldItsRetryPolicyAndPriority) {
  activity::Info info;
  ActivityRunner runner{{activity::callable_definition("look", [&info] { info = activity::info(); })},
                        std::nullopt,
                        "queue",
                        {.execute = [](auto job) { job(); }, .complete = [](const std::string&, const auto&) {}}};
  auto task = start("look");
  task.mutable_start()->mutable_retry_policy()->set_maximum_attempts(3);
  task.mutable_start()->mutable_priority()->set_priority_key(2);
  runner.handle(task.SerializeAsString());
  EXPECT_EQ(info.retry_policy.value().maximum_attempts, 3);
  EXPECT_EQ(info.priority.priority_key, 2);
  EXPECT_EQ(info.task_queue, "queue");
}

TEST_F(ActivityRunnerTest, ACancellationThatComesTooLateDoesNothing) {
  handle(cancel(coresdk::activity_task::CANCELLED));
  EXPECT_TRUE(completions_.empty());
}

TEST_F(ActivityRunnerTest, WhatIsNoFailureOfAnApplicationIsWrappedInOne) {
  handle(start("cancel_unasked"));
  run_jobs();
  const auto& failure = result().failed().failure();
  EXPECT_EQ(failure.application_failure_info().type(), "CancelledError");
  EXPECT_TRUE(failure.cause().has_canceled_failure_info());
}

TEST_F(ActivityRunnerTest, AFailedAttemptIsAWarningWithAllThatIsKnownOfIt) {
  auto task = start("fail_with_a_cause");
  task.mutable_start()->set_activity_id("7");
  task.mutable_start()->set_attempt(3);
  task.mutable_start()->mutable_workflow_execution()->set_workflow_id("order-1");
  handle(task);
  run_jobs();
  for (const auto* part :
       {"WARN", "an attempt of an activity failed", R"("activity_type":"fail_with_a_cause")", R"("activity_id":"7")",
        R"("attempt":3)", R"("workflow_id":"order-1")", "deep", "ApplicationError(Why): deeper"}) {
    EXPECT_THAT(log_, testing::ElementsAre(testing::HasSubstr(part)));
  }
}

TEST_F(ActivityRunnerTest, AFailureThatIsExpectedIsNoWarning) {
  handle(start("fail_as_expected"));
  run_jobs();
  EXPECT_THAT(log_, testing::ElementsAre(testing::HasSubstr("DEBUG")));
}

TEST_F(ActivityRunnerTest, AnAttemptThatWasAskedToStopAndStopsIsNoWarning) {
  handle(start("beat"));
  handle(cancel(coresdk::activity_task::CANCELLED));
  run_jobs();
  EXPECT_THAT(log_, testing::IsEmpty());
}

TEST_F(ActivityRunnerTest, AResultThatIsRefusedFailsTheAttempt) {
  handle(start("twice", 21));
  run_jobs();
  ActivityTaskCompletion completion;
  ASSERT_TRUE(completion.ParseFromString(instead_("it is too large")));
  EXPECT_EQ(completion.task_token(), "token");
  const auto& failure = completion.result().failed().failure();
  EXPECT_THAT(failure.message(), testing::HasSubstr("it is too large"));
  EXPECT_EQ(failure.application_failure_info().type(), "ResultRefused");
}

TEST_F(ActivityRunnerTest, ALocalActivityCannotCompleteAsynchronously) {
  auto task = start("leave");
  task.mutable_start()->set_is_local(true);
  handle(task);
  run_jobs();
  EXPECT_THAT(result().failed().failure().message(), testing::HasSubstr("local activity"));
  EXPECT_EQ(result().failed().failure().application_failure_info().type(), "std::logic_error");
}

TEST_F(ActivityRunnerTest, ALocalActivityThatItsWorkerStopsIsGivenBackWithItsRun) {
  auto local = start("beat");
  local.mutable_start()->set_is_local(true);
  local.mutable_start()->mutable_workflow_execution()->set_run_id("run");
  handle(local);
  runner_.stop_local_activities();
  run_jobs();
  EXPECT_THAT(evicted_, testing::ElementsAre("run"));
  EXPECT_THAT(completions_, testing::IsEmpty()) << "it would be tried again here, or cancelled in its workflow";
  handle(local);  // one that comes after is told, too
  run_jobs();
  EXPECT_EQ(evicted_.size(), 2U);
  handle(start("beat"));
  run_jobs();
  EXPECT_TRUE(result().has_completed()) << "others are told by core";
}

TEST_F(ActivityRunnerTest, ALocalActivityOfARunThatHasLeftTheCacheIsToldSo) {
  auto local = start("beat");
  local.mutable_start()->set_is_local(true);
  local.mutable_start()->mutable_workflow_execution()->set_run_id("run");
  handle(local);
  runner_.stop_local_activities_of("another run");
  runner_.stop_local_activities_of("run");
  run_jobs();
  EXPECT_THAT(result().cancelled().failure().message(), testing::HasSubstr("gone"));
  EXPECT_THAT(evicted_, testing::IsEmpty());
}

TEST_F(ActivityRunnerTest, ALocalActivityThatItsWorkerStopsMayStillComplete) {
  auto local = start("twice", 21);
  local.mutable_start()->set_is_local(true);
  handle(local);
  runner_.stop_local_activities();
  run_jobs();
  EXPECT_EQ(result().completed().result().data(), "42");
}

TEST_F(ActivityRunnerTest, AnActivityFailsForWhichThereIsNoThread) {
  ActivityRunner runner{
      {activity::function_definition<twice>()},
      std::nullopt,
      "queue",
      {.execute = [](const auto&) { throw std::system_error{EAGAIN, std::generic_category()}; },
       .complete = [this](const std::string& bytes,
                          const auto&) { EXPECT_TRUE(completions_.emplace_back().ParseFromString(bytes)); }}};
  runner.handle(start("twice", 21).SerializeAsString());
  EXPECT_EQ(runner.running(), 0U);
  EXPECT_EQ(result().failed().failure().application_failure_info().type(), "NoThread");
  EXPECT_FALSE(result().failed().failure().application_failure_info().non_retryable());
}
