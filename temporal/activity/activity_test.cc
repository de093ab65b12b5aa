#include <temporal/activity/activity.h>
#include <temporal/activity/definition.h>
#include <temporal/activity/detail/context.h>
#include <temporal/common/detail/fake_instruments.h>
#include <temporal/common/errors.h>
#include <temporal/common/sleep.h>
#include <temporal/common/start.h>

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include <atomic>
#include <cmath>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

using namespace temporal;
using activity::CancellationReason;
using activity::detail::Context;

namespace {

std::string greet(const std::string& name) { return "Hello, " + name; }
void nothing() {}
Task<std::string> greet_later(std::string name) { co_return "Hello, " + name; }

class Counter {
 public:
  int add(int n) { return total_ += n; }
  Task<int> add_later(int n) { co_return total_ += n; }

 private:
  std::atomic<int> total_ = 0;
};

}  // namespace

TEST(ActivityDefinition, RunsAFunctionFromPayloadsToPayload) {
  const auto definition = activity::function_definition<greet>();
  EXPECT_EQ(definition.name, "greet");
  EXPECT_EQ(converter::from_payload<std::string>(definition.run(converter::to_payloads(std::string{"Ann"}))),
            "Hello, Ann");
}

TEST(ActivityDefinition, AVoidFunctionGivesNull) {
  EXPECT_EQ(activity::function_definition<nothing>().run({}), converter::null_payload());
}

TEST(ActivityDefinition, AMemberFunctionSharesItsObject) {
  const auto definition = activity::member_definition<&Counter::add>(std::make_shared<Counter>());
  EXPECT_EQ(definition.name, "add");
  (void)definition.run(converter::to_payloads(2));
  EXPECT_EQ(converter::from_payload<int>(definition.run(converter::to_payloads(3))), 5);
}

TEST(ActivityDefinition, ACoroutineGivesATask) {
  const auto definition = activity::function_definition<greet_later>();
  EXPECT_EQ(definition.name, "greet_later");
  EXPECT_FALSE(definition.run);
  EXPECT_EQ(
      converter::from_payload<std::string>(sync_wait(definition.run_task(converter::to_payloads(std::string{"Ann"})))),
      "Hello, Ann");
  const auto member = activity::member_definition<&Counter::add_later>(std::make_shared<Counter>());
  EXPECT_EQ(converter::from_payload<int>(sync_wait(member.run_task(converter::to_payloads(2)))), 2);
}

TEST(ActivityDefinition, ALambdaHasTheGivenNameAndKeepsItsCaptures) {
  const auto plain = activity::callable_definition("scale", [factor = 3](int n) { return factor * n; });
  EXPECT_EQ(plain.name, "scale");
  EXPECT_EQ(converter::from_payload<int>(plain.run(converter::to_payloads(2))), 6);
  auto later = activity::callable_definition("later", [factor = std::make_shared<int>(3)](int n) -> Task<int> {
    co_await sleep_for(Duration{1});
    co_return *factor* n;
  });
  auto task = later.run_task(converter::to_payloads(2));
  later = {};
  EXPECT_EQ(converter::from_payload<int>(sync_wait(std::move(task))), 6) << "though its definition is gone";
}

TEST(ActivityDefinition, AnArgumentThatDoesNotDecodeNamesTypeAndArgument) {
  try {
    (void)activity::function_definition<greet>().run(converter::to_payloads(7));
    FAIL() << "no error";
  } catch (const DecodeError& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("string"));
    EXPECT_THAT(error.what(), testing::HasSubstr("argument 1"));
  }
}

TEST(ActivityDefinition, AResultThatCannotTravelFailsTheAttempt) {
  const auto ratio = activity::callable_definition("ratio", [](double a, double b) { return a / b; });
  EXPECT_THROW((void)ratio.run(converter::to_payloads(0.0, 0.0)), EncodeError);
  EXPECT_THROW((void)ratio.run(converter::to_payloads(1.0, 0.0)), EncodeError);
  const auto ratio_later =
      activity::callable_definition("ratio", [](double a, double b) -> Task<double> { co_return a / b; });
  EXPECT_THROW((void)sync_wait(ratio_later.run_task(converter::to_payloads(0.0, 0.0))), EncodeError);
  const auto cut = activity::callable_definition("cut", [](const std::string& name) { return name.substr(0, 2); });
  EXPECT_THROW((void)cut.run(converter::to_payloads("M\xC3\xBCller")), EncodeError);
  const auto count =
      activity::callable_definition("count", [](const std::vector<int>& counts) { return counts.size(); });
  EXPECT_THROW((void)count.run(converter::to_payloads(std::vector{5'000'000'000})), DecodeError);
}

TEST(ActivityContext, IsOnlyThereInsideAnActivity) { EXPECT_THROW((void)activity::info(), std::logic_error); }

TEST(ActivityContext, KeepsTheFirstReasonOfACancellation) {
  Context context{{.activity_id = "7"}, {}, [](auto) {}};
  const Context::Scope scope{context};
  EXPECT_EQ(activity::info().activity_id, "7");
  EXPECT_NO_THROW(activity::throw_if_cancelled());
  context.cancel(CancellationReason::worker_shutdown);
  context.cancel(CancellationReason::cancelled);
  EXPECT_TRUE(activity::stop_token().stop_requested());
  EXPECT_EQ(activity::cancellation_reason(), CancellationReason::worker_shutdown);
  EXPECT_THROW(activity::throw_if_cancelled(), CancelledError);
}

TEST(ActivityContext, LogsWithWhatTheAttemptIsAndWhatWasAdded) {
  std::string line;
  const auto log = Logger::create({}, [&](std::string_view written) { line = written; });
  Context context{
      {.activity_id = "7", .activity_type = "charge", .workflow_id = "order-1", .attempt = 2}, {}, [](auto) {}, log};
  const Context::Scope scope{context};
  activity::add_log_fields({{"trace_id", "t-1"}});
  activity::logger().info("charged", {{"amount", 5}});
  EXPECT_THAT(line, testing::HasSubstr(
                        R"("message":"charged","activity_id":"7","activity_type":"charge","attempt":2,)"
                        R"("workflow_id":"order-1","run_id":"","workflow_type":"","task_queue":"","trace_id":"t-1",)"
                        R"("amount":5})"));
}

TEST(ActivityContext, CountsWithWhatTheActivityIs) {
  const auto instruments = std::make_shared<temporal::detail::FakeInstruments>();
  Context context{{.activity_type = "charge", .workflow_namespace = "default", .task_queue = "orders"},
                  {},
                  [](auto) {},
                  {},
                  Meter{instruments}};
  const Context::Scope scope{context};
  activity::metrics().counter("cards_charged").add(1, {{"currency", "EUR"}});
  EXPECT_THAT(instruments->lines(),
              testing::ElementsAre(
                  "counter cards_charged 1 activity_type=charge currency=EUR namespace=default task_queue=orders"));
}

TEST(ActivityContext, HeartbeatsCarryTypedDetailsBothWays) {
  std::vector<Payload> recorded;
  Context context{
      {}, converter::to_payloads(41, std::string{"x"}), [&](auto details) { recorded = std::move(details); }};
  const Context::Scope scope{context};
  EXPECT_EQ(activity::heartbeat_details<int>(), 41);
  EXPECT_EQ(activity::heartbeat_details<std::string>(1), "x");
  EXPECT_EQ(activity::heartbeat_details<int>(2), std::nullopt);
  activity::heartbeat(42);
  ASSERT_EQ(recorded.size(), 1U);
  EXPECT_EQ(converter::from_payload<int>(recorded[0]), 42);
}

// Bad values in each function that takes one from activity code: an error at the call that says what is wrong and loses
// nothing, or a log or metric that goes on without what is bad.
TEST(BadValues, OfHeartbeatsAreErrorsAndSendNothing) {
  int recorded = 0;
  Context context{{}, converter::to_payloads("text", 5'000'000'000), [&](auto) { ++recorded; }};
  const Context::Scope scope{context};
  EXPECT_THROW(activity::heartbeat(std::nan("")), EncodeError);
  EXPECT_THROW(activity::heartbeat(1, HUGE_VAL), EncodeError);
  EXPECT_THROW(activity::heartbeat("M\xC3"), EncodeError);
  EXPECT_THROW(activity::heartbeat(std::map<std::string, int>{{"M\xC3", 1}}), EncodeError);
  EXPECT_EQ(recorded, 0);
  activity::heartbeat();
  activity::heartbeat("", 0, -1, std::vector<int>{});
  EXPECT_EQ(recorded, 2);
  EXPECT_THROW((void)activity::heartbeat_details<int>(), DecodeError);
  EXPECT_THROW((void)activity::heartbeat_details<int>(1), DecodeError);
  EXPECT_EQ(activity::heartbeat_details<int>(static_cast<std::size_t>(-1)), std::nullopt);
}

TEST(BadValues, OfLogsAndMetricsLoseNothingElse) {
  std::string line;
  const auto log = Logger::create({}, [&](std::string_view written) { line = written; });
  const auto instruments = std::make_shared<temporal::detail::FakeInstruments>();
  Context context{{.activity_id = "M\xC3"}, {}, [](auto) {}, log, Meter{instruments}};
  const Context::Scope scope{context};
  activity::add_log_fields({{"", 1}, {"M\xC3", std::nan("")}, {"activity_type", "mine"}, {"message", "mine"}});
  activity::logger().info("M\xC3", {{"text", "\xFF"}});
  const auto written = nlohmann::json::parse(line);  // throws for what is not UTF-8
  EXPECT_EQ(written.at("message"), "M\uFFFD");
  EXPECT_EQ(written.at("activity_id"), "M\uFFFD");
  EXPECT_EQ(written.at("activity_type"), "mine");
  EXPECT_EQ(written.at("text"), "\uFFFD");
  const auto metrics = activity::metrics();
  for (const std::string& name : {"", "M\xC3", "cards charged", "1st", "\x01"}) {
    EXPECT_THROW((void)metrics.counter(name), std::invalid_argument) << name;
  }
  metrics.histogram("amount").record(std::nan(""));
  EXPECT_THAT(instruments->lines(), testing::IsEmpty());
}
