#include <temporal/worker/detail/activity_runner.h>

#include <temporal/activity/activity.h>
#include <temporal/common/errors.h>
#include <temporal/converter/proto_payload.h>

#include <gmock/gmock.h>

#include <stdexcept>

using namespace temporal;
using coresdk::ActivityTaskCompletion;
using coresdk::activity_task::ActivityTask;
using temporal::worker::detail::ActivityRunner;

namespace {

int twice(int n) { return 2 * n; }
void fail() { throw std::runtime_error{"out of paper"}; }
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
  void handle(const ActivityTask& task) { runner_.handle(task.SerializeAsString()); }
  const coresdk::activity_result::ActivityExecutionResult& result() const { return completions_.at(0).result(); }

  std::vector<std::function<void()>> jobs_;
  std::vector<ActivityTaskCompletion> completions_;
  std::vector<coresdk::ActivityHeartbeat> heartbeats_;
  ActivityRunner runner_{
      {activity::function_definition<twice>(), activity::function_definition<fail>(),
       activity::function_definition<beat>()},
      "queue",
      {.execute = [this](auto job) { jobs_.push_back(std::move(job)); },
       .complete =
           [this](const std::string& bytes) { EXPECT_TRUE(completions_.emplace_back().ParseFromString(bytes)); },
       .record_heartbeat =
           [this](const std::string& bytes) { EXPECT_TRUE(heartbeats_.emplace_back().ParseFromString(bytes)); }}};
};

}  // namespace

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
  EXPECT_THAT(result().failed().failure().message(), testing::HasSubstr("beat, fail, twice"));
}

TEST_F(ActivityRunnerTest, APayloadThatDoesNotDecodeFailsTheActivityAndNamesTypeAndArgument) {
  handle(start("twice", std::string{"x"}));
  run_jobs();
  EXPECT_THAT(result().failed().failure().message(), testing::HasSubstr("int"));
  EXPECT_THAT(result().failed().failure().message(), testing::HasSubstr("argument 1"));
}

TEST_F(ActivityRunnerTest, HandsHeartbeatsOnAndReportsACancellation) {
  auto task = start("beat");
  *task.mutable_start()->add_heartbeat_details() = converter::to_proto(converter::to_payload(4));
  handle(task);
  ActivityTask cancel;
  cancel.set_task_token("token");
  cancel.mutable_cancel()->set_reason(coresdk::activity_task::WORKER_SHUTDOWN);
  handle(cancel);
  run_jobs();
  EXPECT_EQ(heartbeats_.at(0).details(0).data(), "5");
  EXPECT_TRUE(result().cancelled().failure().has_canceled_failure_info());
  EXPECT_THAT(result().cancelled().failure().message(), testing::HasSubstr("worker shutdown"));
}

TEST_F(ActivityRunnerTest, ACancellationThatComesTooLateDoesNothing) {
  ActivityTask cancel;
  cancel.set_task_token("gone");
  cancel.mutable_cancel();
  handle(cancel);
  EXPECT_TRUE(completions_.empty());
}
