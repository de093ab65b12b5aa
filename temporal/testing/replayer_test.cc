#include <temporal/testing/replayer.h>

#include <temporal/common/errors.h>
#include <temporal/workflow/workflow.h>

#include <temporal/api/history/v1/message.pb.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <stdexcept>
#include <string>
#include <vector>

namespace temporal::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::StartsWith;

std::string greet(const std::string& name) { return "Hello, " + name + "!"; }

// The workflow that was recorded, and what could have become of it.
namespace as_recorded {
workflow::Task<std::string> hello(std::string name) {
  co_return co_await workflow::execute_activity<greet>({.start_to_close_timeout = 10s}, name);
}
}  // namespace as_recorded
namespace with_a_timer_before {
workflow::Task<std::string> hello(std::string name) {
  co_await workflow::sleep(1s);
  co_return co_await workflow::execute_activity<greet>({.start_to_close_timeout = 10s}, name);
}
}  // namespace with_a_timer_before
namespace without_the_activity {
workflow::Task<std::string> hello(std::string name) { co_return greet(name); }
}  // namespace without_the_activity
namespace throwing {
workflow::Task<std::string> hello(std::string) {
  throw std::logic_error{"a defect"};
  co_return "";
}
}  // namespace throwing

client::WorkflowHistory recorded() { return load_history(TEMPORAL_HISTORIES "/hello.json"); }

template <auto Workflow>
Replayer replayer_of() {
  worker::WorkerOptions options;
  options.add_workflow<Workflow>();
  return Replayer{options};
}

template <auto Workflow>
std::string story(const client::WorkflowHistory& history = recorded()) {
  const std::vector histories{history};
  return describe(replayer_of<Workflow>().replay_all(histories).front().failure);
}

TEST(Replayer, AcceptsTheCodeThatWasRecorded) {
  EXPECT_NO_THROW(replayer_of<as_recorded::hello>().replay(recorded()));
  EXPECT_EQ(story<as_recorded::hello>(), "no error");
}

TEST(Replayer, SaysWhereTheCodeLeavesTheHistory) {
  EXPECT_THROW(replayer_of<with_a_timer_before::hello>().replay(recorded()), NondeterminismError);
  EXPECT_EQ(story<with_a_timer_before::hello>(),
            "NondeterminismError: [TMPRL1100] Nondeterminism error: Timer machine does not handle this event: "
            "HistoryEvent(id: 5, ActivityTaskScheduled)");
  EXPECT_THAT(story<without_the_activity::hello>(), StartsWith("NondeterminismError: "));
}

TEST(Replayer, SaysWhatFailedTheWorkflowTask) {
  EXPECT_THAT(story<throwing::hello>(), HasSubstr("a defect"));
  EXPECT_THAT(story<as_recorded::hello>(history_from_json([] {
                auto json = to_json(recorded());
                json.replace(json.find("\"hello\""), 7, "\"other\"");
                return json;
              }())),
              HasSubstr("workflow type other is not registered"));
}

TEST(Replayer, FailsTheWorkflowForTheExceptionTypesThatTheWorkerNames) {
  const auto failed = history_from_json(R"({"events": [
      {"eventId": 1, "eventType": "EVENT_TYPE_WORKFLOW_EXECUTION_STARTED", "workflowExecutionStartedEventAttributes":
        {"workflowType": {"name": "hello"}, "taskQueue": {"name": "q"}, "originalExecutionRunId": "run", "input":
          {"payloads": [{"metadata": {"encoding": "anNvbi9wbGFpbg=="}, "data": "IkFubiI="}]}}},
      {"eventId": 2, "eventType": "EVENT_TYPE_WORKFLOW_TASK_SCHEDULED", "workflowTaskScheduledEventAttributes": {}},
      {"eventId": 3, "eventType": "EVENT_TYPE_WORKFLOW_TASK_STARTED", "eventTime": "2026-01-31T12:00:00Z",
        "workflowTaskStartedEventAttributes":
        {"scheduledEventId": 2}},
      {"eventId": 4, "eventType": "EVENT_TYPE_WORKFLOW_TASK_COMPLETED", "workflowTaskCompletedEventAttributes":
        {"scheduledEventId": 2, "startedEventId": 3}},
      {"eventId": 5, "eventType": "EVENT_TYPE_WORKFLOW_EXECUTION_FAILED", "workflowExecutionFailedEventAttributes":
        {"failure": {"message": "a defect"}, "workflowTaskCompletedEventId": 4}}]})",
                                        "failed");
  EXPECT_THAT(story<throwing::hello>(failed), HasSubstr("a defect")) << "else it fails the task";
  worker::WorkerOptions options;
  options.add_workflow<throwing::hello>();
  options.workflow_failure_exception_types = workflow::failure_types<std::logic_error>();
  EXPECT_NO_THROW(Replayer{options}.replay(failed));
}

TEST(Replayer, TellsOfEachHistoryAndGoesOnAfterOneThatFails) {
  auto empty = recorded();
  empty.workflow_id = "empty";
  empty.bytes.clear();
  auto nothing_done = history_from_json(
      R"({"events": [{"eventId": 1, "eventType": "EVENT_TYPE_WORKFLOW_EXECUTION_STARTED",
          "workflowExecutionStartedEventAttributes":
          {"workflowType": {"name": "hello"}, "originalExecutionRunId": "run"}}]})",
      "nothing done");
  const std::vector histories{recorded(), empty, nothing_done, recorded()};
  const auto results = replayer_of<as_recorded::hello>().replay_all(histories);
  ASSERT_EQ(results.size(), 4U);
  EXPECT_EQ(results[0].workflow_id, "hello");
  EXPECT_EQ(describe(results[0].failure), "no error");
  EXPECT_EQ(results[1].workflow_id, "empty");
  EXPECT_THAT(describe(results[1].failure), HasSubstr("no workflow task to replay"));
  EXPECT_THAT(describe(results[2].failure), HasSubstr("no workflow task to replay"));
  EXPECT_EQ(describe(results[3].failure), "no error");
}

TEST(Replayer, RefusesAHistoryThatCannotBeOneAndGoesOn) {
  const auto broken = history_from_json(
      R"({"events": [{"eventId": 1, "eventType": "EVENT_TYPE_WORKFLOW_TASK_STARTED",
          "workflowTaskStartedEventAttributes": {"scheduledEventId": 1}}]})");
  auto nowhere = to_json(recorded());
  nowhere.replace(nowhere.find("\"taskQueue\""), 11, "\"lost\"");
  const std::vector histories{broken, history_from_json(nowhere), recorded()};
  const auto results = replayer_of<as_recorded::hello>().replay_all(histories);
  EXPECT_THAT(describe(results[0].failure), HasSubstr("the history cannot be replayed"));
  EXPECT_THAT(describe(results[1].failure), HasSubstr("does not say its task queue"));
  EXPECT_EQ(describe(results[2].failure), "no error");
}

/// As a server writes it: a workflow that has slept so often, one workflow task after the other.
class SleeperHistory {
 public:
  enum class Paused { never, before_the_last_task };

  explicit SleeperHistory(int sleeps, Paused paused = Paused::never) {
    auto& start = *add(api::enums::v1::EVENT_TYPE_WORKFLOW_EXECUTION_STARTED)
                       ->mutable_workflow_execution_started_event_attributes();
    start.mutable_workflow_type()->set_name("sleeper");
    start.mutable_task_queue()->set_name("queue");
    start.set_original_execution_run_id("run");
    for (int i = 1; i <= sleeps; ++i) {
      task();
      auto& timer = *add(api::enums::v1::EVENT_TYPE_TIMER_STARTED)->mutable_timer_started_event_attributes();
      timer.set_timer_id(std::to_string(i));
      timer.mutable_start_to_fire_timeout()->set_seconds(1);
      const auto started = history_.events_size();
      auto& fired = *add(api::enums::v1::EVENT_TYPE_TIMER_FIRED)->mutable_timer_fired_event_attributes();
      fired.set_timer_id(std::to_string(i));
      fired.set_started_event_id(started);
    }
    if (paused == Paused::before_the_last_task) {
      add(api::enums::v1::EVENT_TYPE_WORKFLOW_TASK_SCHEDULED)->mutable_workflow_task_scheduled_event_attributes();
      const auto scheduled = history_.events_size();
      auto& failed =
          *add(api::enums::v1::EVENT_TYPE_WORKFLOW_TASK_FAILED)->mutable_workflow_task_failed_event_attributes();
      failed.set_scheduled_event_id(scheduled);
      failed.set_cause(api::enums::v1::WORKFLOW_TASK_FAILED_CAUSE_WORKFLOW_PAUSE_REQUESTED_BEFORE_TASK_STARTED);
    }
    task();
  }

  void complete() {
    add(api::enums::v1::EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED)
        ->mutable_workflow_execution_completed_event_attributes();
  }
  void terminate() {
    add(api::enums::v1::EVENT_TYPE_WORKFLOW_EXECUTION_TERMINATED)
        ->mutable_workflow_execution_terminated_event_attributes();
  }
  /// Forgets what came later.
  void cut(int events) { history_.mutable_events()->DeleteSubrange(events, history_.events_size() - events); }
  [[nodiscard]] int size() const { return history_.events_size(); }
  [[nodiscard]] client::WorkflowHistory get() const {
    return {.workflow_id = "sleeper", .bytes = history_.SerializeAsString()};
  }

 private:
  api::history::v1::HistoryEvent* add(api::enums::v1::EventType type) {
    auto* event = history_.add_events();
    event->set_event_id(history_.events_size());
    event->set_event_type(type);
    event->mutable_event_time()->set_seconds(1'770'000'000);
    return event;
  }
  void task() {
    add(api::enums::v1::EVENT_TYPE_WORKFLOW_TASK_SCHEDULED)->mutable_workflow_task_scheduled_event_attributes();
    const auto scheduled = history_.events_size();
    add(api::enums::v1::EVENT_TYPE_WORKFLOW_TASK_STARTED)
        ->mutable_workflow_task_started_event_attributes()
        ->set_scheduled_event_id(scheduled);
    auto& completed =
        *add(api::enums::v1::EVENT_TYPE_WORKFLOW_TASK_COMPLETED)->mutable_workflow_task_completed_event_attributes();
    completed.set_scheduled_event_id(scheduled);
    completed.set_started_event_id(scheduled + 1);
  }

  api::history::v1::History history_;
};

int sleeps = 0;
int sleeps_done = 0;

workflow::Task<void> sleeper() {
  for (sleeps_done = 0; sleeps_done < sleeps; ++sleeps_done) co_await workflow::sleep(1s);
}

std::string story_of_sleeper(int sleeps_of_the_code, const SleeperHistory& history) {
  sleeps = sleeps_of_the_code;
  sleeps_done = -1;
  return story<sleeper>(history.get());
}

TEST(Replayer, AcceptsATaskThatFailedBeforeItStartedAsWhenItsWorkflowIsPaused) {
  SleeperHistory paused{1, SleeperHistory::Paused::before_the_last_task};
  paused.complete();
  EXPECT_EQ(story_of_sleeper(1, paused), "no error");
}

TEST(Replayer, ReplaysALongHistoryToItsEnd) {
  SleeperHistory history{300};
  history.complete();
  EXPECT_EQ(story_of_sleeper(300, history), "no error");
  EXPECT_EQ(sleeps_done, 300);
}

TEST(Replayer, SaysWhereTheCodeLeavesALongHistory) {
  SleeperHistory history{300};
  history.complete();
  EXPECT_THAT(story_of_sleeper(299, history), AllOf(StartsWith("NondeterminismError: "), HasSubstr("TMPRL1100")));
  EXPECT_EQ(sleeps_done, 299);
  EXPECT_THAT(story_of_sleeper(301, history), AllOf(StartsWith("NondeterminismError: "), HasSubstr("TMPRL1100")));
  EXPECT_EQ(sleeps_done, 300);
}

// A history is taken from a run at any time, and runs end without their code.
TEST(Replayer, ReplaysAsFarAsTheHistoryGoes) {
  const SleeperHistory whole{3};
  for (auto events = 3; events <= whole.size(); ++events) {
    auto history = whole;
    history.cut(events);
    EXPECT_EQ(story_of_sleeper(4, history), "no error") << events << " events";
    EXPECT_EQ(sleeps_done, (events - 1) / 5) << events << " events";
    history.terminate();
    EXPECT_EQ(story_of_sleeper(4, history), "no error") << events << " events, then terminated";
    EXPECT_EQ(sleeps_done, (events - 4) / 5)
        << "by tasks that were completed; " << events << " events, then terminated";
  }
}

TEST(Replayer, StopsAtTheFirstFailureWhereItIsTold) {
  worker::WorkerOptions options;
  options.add_workflow<sleeper>({.required_activities = {"one that only workers need"}});
  const Replayer replayer{options};
  const auto good = SleeperHistory{1}.get();
  const auto bad = SleeperHistory{2}.get();
  const std::vector histories{good, bad, good, bad};
  sleeps = 1;
  const auto outcomes = [](const auto& results) {
    std::string text;
    for (const auto& result : results) text += result.failure ? "bad " : "good ";
    return text;
  };
  EXPECT_EQ(outcomes(replayer.replay_all(histories)), "good bad good bad ");
  EXPECT_EQ(outcomes(replayer.replay_all(histories, OnFailure::stop)), "good bad ");
}

TEST(Replayer, NeedsWorkflows) { EXPECT_THROW(Replayer{{}}, ConfigurationError); }

}  // namespace
}  // namespace temporal::testing
