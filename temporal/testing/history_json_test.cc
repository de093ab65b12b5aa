#include <temporal/testing/history_json.h>

#include <temporal/common/client_errors.h>

#include <temporal/api/history/v1/message.pb.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

namespace temporal::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
namespace enums = temporal::api::enums::v1;

constexpr auto started_by_an_old_server = R"({"events": [{
  "eventId": "1",
  "eventTime": "2021-02-03T04:05:06Z",
  "eventType": "WorkflowExecutionStarted",
  "workflowExecutionStartedEventAttributes": {
    "workflowType": {"name": "hello"},
    "taskQueue": {"name": "hello", "kind": "Normal"},
    "originalExecutionRunId": "run",
    "workflowTaskTimeout": "10s",
    "initiator": "CronSchedule",
    "continuedFailure": {"message": "no", "timeoutFailureInfo": {"timeoutType": "ScheduleToStart"}},
    "header": {"fields": {"trace": {"metadata": {"encoding": "anNvbi9wbGFpbg=="}, "data": "MQ=="}}},
    "whatANewServerSays": 7
  }
}]})";

api::history::v1::History parse(const client::WorkflowHistory& history) {
  api::history::v1::History message;
  EXPECT_TRUE(message.ParseFromString(history.bytes));
  return message;
}

std::string refusal(std::string_view json) {
  try {
    static_cast<void>(history_from_json(json));
  } catch (const DecodeError& error) {
    return error.message();
  }
  return "accepted";
}

TEST(HistoryJson, ReadsTheEnumNamesOfOldServers) {
  const auto history = history_from_json(started_by_an_old_server, "hello-1");
  EXPECT_EQ(history.workflow_id, "hello-1");
  EXPECT_EQ(history.run_id, "run");
  const auto event = parse(history).events(0);
  EXPECT_EQ(event.event_type(), enums::EVENT_TYPE_WORKFLOW_EXECUTION_STARTED);
  EXPECT_EQ(event.event_time().seconds(), 1612325106);
  const auto& started = event.workflow_execution_started_event_attributes();
  EXPECT_EQ(started.task_queue().kind(), enums::TASK_QUEUE_KIND_NORMAL);
  EXPECT_EQ(started.workflow_task_timeout().seconds(), 10);
  EXPECT_EQ(started.initiator(), enums::CONTINUE_AS_NEW_INITIATOR_CRON_SCHEDULE);
  EXPECT_EQ(started.continued_failure().timeout_failure_info().timeout_type(), enums::TIMEOUT_TYPE_SCHEDULE_TO_START);
  EXPECT_EQ(started.header().fields().at("trace").data(), "1");
}

TEST(HistoryJson, SurvivesTheWayThereAndBack) {
  const auto history = history_from_json(started_by_an_old_server);
  const auto json = to_json(history);
  EXPECT_THAT(json, HasSubstr("\"EVENT_TYPE_WORKFLOW_EXECUTION_STARTED\""));
  EXPECT_EQ(parse(history_from_json(json)).SerializeAsString(), parse(history).SerializeAsString());
}

TEST(HistoryJson, TakesAListOfEventsFromTheOldestTools) {
  EXPECT_EQ(refusal(R"([{"eventId": 1, "eventType": "WorkflowExecutionStarted"}])"), "accepted");
}

/// A history whose second event has this as what an activity gave.
std::string with_result(const std::string& payloads) {
  return R"({"events": [{"eventId": "1"}, {"eventId": "2", "activityTaskCompletedEventAttributes": {"result": )" +
         payloads + "}}]}";
}

TEST(HistoryJson, WithPayloadsThatWereDecodedSaysHowToExportIt) {
  for (const auto* payloads : {
           R"(["Ann"])",
           R"("Ann")",
           R"({"payloads": ["Ann"]})",
           R"({"payloads": [7]})",
           R"({"payloads": [{"name": "Ann"}, {"data": "Ann"}, {"data": 7}]})",
           R"({"payloads": [{"metadata": {"encoding": "json/plain"}, "data": "Ann"}]})",
           R"({"payloads": [{"metadata": {"encoding": "json/plain"}, "data": "IkFubiI="}]})",
           R"({"payloads": [{"metadata": {"encoding": "anNvbi9wbGFpbg=="}, "data": "Ann"}]})",
           R"({"payloads": [{"metadata": {"encoding": "anNvbi9wbGFpbg=="}, "data": "Ann Miller"}]})",
           R"({"payloads": [{"metadata": {"encoding": "anNvbi9wbGFpbg=="}, "data": {"name": "Ann"}}]})",
           R"({"payloads": [{"metadata": {"encoding": 7}}]})",
       }) {
    const auto message = refusal(with_result(payloads));
    EXPECT_THAT(message, HasSubstr("event 2 has payloads that were decoded")) << payloads;
    EXPECT_THAT(message, HasSubstr("temporal workflow show")) << payloads;
    EXPECT_THAT(message, Not(HasSubstr("Ann"))) << payloads;
  }
  EXPECT_THAT(
      refusal(R"({"events": [{"workflowExecutionStartedEventAttributes": {"memo": {"fields": {"a": "Ann"}}}}]})"),
      HasSubstr("event 1 has payloads that were decoded"));
}

TEST(HistoryJson, TakesPayloadsOfEveryEncoding) {
  for (const auto* payloads : {
           "null",
           "{}",
           R"({"payloads": []})",
           R"({"payloads": [{}]})",
           R"({"payloads": [{"metadata": {"encoding": "anNvbi9wbGFpbg=="}, "data": "IkFubiI="}]})",
           R"({"payloads": [{"metadata": {"encoding": "anNvbi9wbGFpbg"}, "data": "IkFubiI"}]})",
           R"({"payloads": [{"metadata": {"encoding": "YmluYXJ5L251bGw="}}]})",
           R"({"payloads": [{"metadata": {"encoding": "YmluYXJ5L2VuY3J5cHRlZA==", "key": "a-_8"}, "data": "_-8="}]})",
       }) {
    EXPECT_EQ(refusal(with_result(payloads)), "accepted") << payloads;
  }
}

TEST(HistoryJson, QuotesNoValueOfWhatDoesNotFit) {
  const auto message = refusal(R"({"events": [{"eventId": "secret", "userMetadata": 7}]})");
  EXPECT_THAT(message, HasSubstr("it is no JSON of a history"));
  EXPECT_THAT(message, Not(HasSubstr("secret")));
}

TEST(HistoryJson, KnowsTheWorkflowThatTheHistoryNames) {
  const auto history = history_from_json(
      R"({"events": [{"workflowExecutionStartedEventAttributes": {"workflowId": "order-7"}}]})", "file");
  EXPECT_EQ(history.workflow_id, "order-7");
}

TEST(HistoryJson, RefusesWhatIsNoHistory) {
  EXPECT_THAT(refusal("{"), HasSubstr("no JSON of a history"));
  EXPECT_THAT(refusal("7"), HasSubstr("no JSON of a history"));
  EXPECT_THAT(refusal(R"({"events": 7})"), HasSubstr("no JSON of a history"));
  EXPECT_THAT(refusal(R"({"events": []})"), HasSubstr("empty"));
  EXPECT_THAT(refusal(R"({"events":)" + std::string(80'000, '[') + std::string(80'000, ']') + '}'),
              HasSubstr("nested too deep"));
  EXPECT_THROW(to_json({.bytes = "\xff"}), DecodeError);
}

TEST(HistoryJson, NamesTheFileThatIsWrong) {
  const auto folder = std::filesystem::path{::testing::TempDir()} / ("histories_" + std::to_string(::getpid()));
  std::filesystem::remove_all(folder);
  std::filesystem::create_directory(folder);
  const auto refusal_of_folder = [&]() -> std::string {
    try {
      return std::to_string(load_histories(folder).size());
    } catch (const DecodeError& error) {
      return error.message();
    }
  };
  EXPECT_THAT(refusal_of_folder(), HasSubstr("holds no .json file"));
  std::ofstream{folder / "b.json"} << started_by_an_old_server;
  std::ofstream{folder / "a.json"} << started_by_an_old_server;
  std::ofstream{folder / "note.txt"} << "not a history";
  EXPECT_EQ(refusal_of_folder(), "2");
  EXPECT_EQ(load_histories(folder).front().workflow_id, "a");
  std::ofstream{folder / "c.json"} << "{";
  EXPECT_THAT(refusal_of_folder(), HasSubstr("c.json: it is no JSON"));
  EXPECT_THROW(static_cast<void>(load_history(folder / "d.json")), DecodeError);
  std::filesystem::remove_all(folder);
  EXPECT_THAT(refusal_of_folder(), HasSubstr("cannot be read"));
}

}  // namespace
}  // namespace temporal::testing
