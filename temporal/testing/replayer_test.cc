#include <temporal/testing/replayer.h>

#include <temporal/common/errors.h>
#include <temporal/workflow/workflow.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <stdexcept>

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
  EXPECT_THAT(story<with_a_timer_before::hello>(), AllOf(StartsWith("NondeterminismError: "), HasSubstr("TMPRL1100")));
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

TEST(Replayer, NeedsWorkflows) { EXPECT_THROW(Replayer{{}}, ConfigurationError); }

}  // namespace
}  // namespace temporal::testing
