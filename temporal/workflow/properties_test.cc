#include <temporal/workflow/properties.h>

#include <temporal/common/detail/fake_instruments.h>
#include <temporal/common/errors.h>
#include <temporal/converter/failure.h>
#include <temporal/converter/search_attributes.h>
#include <temporal/workflow/detail/driven_run.h>
#include <temporal/workflow/workflow.h>

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include <chrono>

namespace temporal::workflow {
namespace {

using namespace std::chrono_literals;
using coresdk::workflow_activation::InitializeWorkflow;
using detail::DrivenRun;
using detail::result_of;

constexpr KeywordSearchAttribute customer{"CustomerId"};
constexpr DoubleSearchAttribute total{"Total"};

Task<bool> shows_itself() {
  const bool as_started = search_attributes().get(customer) == "c-7" && memo_value<int>("count") == 1;
  upsert_search_attributes({customer.unset(), total.set(2)});
  upsert_memo({{"count", converter::null_payload()}, {"note", converter::to_payload("x")}});
  co_return as_started&& search_attributes() == SearchAttributes{total.set(2)} && memo().size() == 1 &&
      memo_value<std::string>("note") == "x";
}

class Order {
 public:
  Task<> run() {
    set_current_details("waiting for *approval*");
    co_await wait_condition([] { return false; });
  }
  void approve() {}
  int quantity() const { return 0; }
  void change() {}
};

Task<> logs() {
  const Logger& log = logger();
  struct Noisy {
    ~Noisy() { logger().info("evicted"); }
  } noisy;
  log.info("started");
  co_await sleep(1s);
  log.info("woke up");
  co_await sleep(1s);
}

Task<> logs_with_a_field() {
  add_log_fields({{"trace_id", "t-1"}});
  logger().info("started");
  co_return;
}

Task<> counts() {
  struct Noisy {
    ~Noisy() { metrics().counter("evicted").add(); }
  } noisy;
  const auto steps = metrics().counter("steps");
  steps.add(1);
  co_await sleep(1s);
  steps.add(2, {{"last", true}});
  co_await sleep(1s);
}

/// Says in a query and in a validator what it does.
class Talks {
 public:
  Task<> run() {
    logger().info("runs");
    metrics().counter("run").add();
    co_await wait_condition([] { return false; });
  }
  [[nodiscard]] int ask() const {
    logger().info("asked");
    metrics().counter("asked").add();
    return 1;
  }
};

Task<std::string> informed() {
  const auto& own = info();
  std::string text = own.parent->workflow_id + " " + own.root->workflow_id + " " + own.cron_schedule + " " +
                     std::to_string(own.priority.priority_key) + " " +
                     std::to_string(own.retry_policy->maximum_attempts) + " " +
                     std::to_string(*last_completion_result<int>()) + " " + describe(last_failure()) + " " +
                     current_deployment_version()->build_id;
  if (continue_as_new_suggested()) text += " suggested";
  if (target_deployment_version_changed()) text += " changed";
  co_return text;
}

TEST(Properties, AreReadAndChanged) {
  InitializeWorkflow start;
  *start.mutable_search_attributes() = converter::to_proto(SearchAttributes{customer.set("c-7")});
  converter::set_payload_map(*start.mutable_memo()->mutable_fields(), {{"count", converter::to_payload(1)}});
  DrivenRun run{function_definition<shows_itself>(), start, {}};
  const auto commands = run.commands();
  ASSERT_EQ(commands.size(), 3U);
  const auto& attributes = commands[0].upsert_workflow_search_attributes().search_attributes().indexed_fields();
  EXPECT_EQ(attributes.at("CustomerId").metadata().at("encoding"), "binary/null");
  EXPECT_EQ(attributes.at("Total").data(), "2.0");
  const auto& memo = commands[1].modify_workflow_properties().upserted_memo().fields();
  EXPECT_EQ(memo.at("count").metadata().at("encoding"), "binary/null");
  EXPECT_EQ(memo.at("note").data(), "\"x\"");
  EXPECT_TRUE(result_of<bool>(commands[2]));
}

TEST(Properties, TheMetadataQuerySaysWhatTheWorkflowIsAndWhereItIs) {
  DrivenRun run{definition<Order>()
                    .run<&Order::run>()
                    .signal<&Order::approve>()
                    .query<&Order::quantity>()
                    .update<&Order::change>()};
  (void)run.commands();
  run.job().mutable_query_workflow()->set_query_type("__temporal_workflow_metadata");
  const auto response = run.commands().at(0).respond_to_query().succeeded().response();
  EXPECT_EQ(response.metadata().at("encoding"), "json/protobuf");
  EXPECT_EQ(response.metadata().at("messageType"), "temporal.api.sdk.v1.WorkflowMetadata");
  const auto json = nlohmann::json::parse(response.data());
  EXPECT_EQ(json["currentDetails"], "waiting for *approval*");
  EXPECT_EQ(json["definition"]["type"], "Order");
  EXPECT_EQ(json["definition"]["signalDefinitions"][0]["name"], "approve");
  EXPECT_EQ(json["definition"]["queryDefinitions"][0]["name"], "quantity");
  EXPECT_EQ(json["definition"]["updateDefinitions"][0]["name"], "change");
}

TEST(WorkflowLogger, WritesEachLineOnceWithTheFieldsOfTheRun) {
  std::vector<nlohmann::json> lines;
  InitializeWorkflow start;
  start.set_workflow_id("id");
  start.set_workflow_type("logs");
  DrivenRun run{
      function_definition<logs>(), start, {.task_queue = "queue", .log = Logger::create({}, [&](auto line) {
                                                                    lines.push_back(nlohmann::json::parse(line));
                                                                  })}};
  run.next().set_is_replaying(true);
  (void)run.commands();
  EXPECT_TRUE(lines.empty());
  run.fire_timer(1);
  (void)run.commands();
  run.evict();
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines[0]["message"], "woke up");
  EXPECT_EQ(lines[0]["workflow_id"], "id");
  EXPECT_EQ(lines[0]["run_id"], "run");
  EXPECT_EQ(lines[0]["workflow_type"], "logs");
  EXPECT_EQ(lines[0]["task_queue"], "queue");
}

TEST(WorkflowLogger, HasTheFieldsThatWereAdded) {
  std::string line;
  const auto log = Logger::create({}, [&](std::string_view written) { line = written; });
  DrivenRun run{{.log = log}, function_definition<logs_with_a_field>()};
  (void)run.commands();
  const auto written = nlohmann::json::parse(line);
  EXPECT_EQ(written["trace_id"], "t-1");
  EXPECT_EQ(written["workflow_id"], "id");
}

TEST(WorkflowLogger, AndMetricsSpeakInAQueryOfARunThatHasReplayed) {
  std::vector<std::string> lines;
  const auto instruments = std::make_shared<temporal::detail::FakeInstruments>();
  const auto& kept = definition<Talks>().run<&Talks::run>().query<&Talks::ask>();
  DrivenRun run{{.namespace_ = "default",
                 .task_queue = "queue",
                 .log = Logger::create({}, [&](auto line) { lines.push_back(nlohmann::json::parse(line)["message"]); }),
                 .meter = Meter{instruments}},
                kept};
  run.next().set_is_replaying(true);
  (void)run.commands();
  for (int i = 0; i < 2; ++i) {
    run.query("ask");
    run.next().set_is_replaying(true);  // as core says
    (void)run.commands();
  }
  EXPECT_THAT(lines, testing::ElementsAre("asked", "asked"));
  EXPECT_THAT(instruments->lines(), testing::Each(testing::StartsWith("counter asked")));
  EXPECT_EQ(instruments->lines().size(), 2U);
}

TEST(WorkflowMetrics, AreRecordedOnceEach) {
  const auto instruments = std::make_shared<temporal::detail::FakeInstruments>();
  DrivenRun run{{.namespace_ = "default", .task_queue = "queue", .meter = Meter{instruments}},
                function_definition<counts>()};
  run.next().set_is_replaying(true);
  (void)run.commands();
  EXPECT_THAT(instruments->lines(), testing::IsEmpty());
  run.fire_timer(1);
  (void)run.commands();
  run.evict();
  EXPECT_THAT(
      instruments->lines(),
      testing::ElementsAre("counter steps 2 last=true namespace=default task_queue=queue workflow_type=counts"));
}

TEST(Info, SaysWhereTheRunComesFrom) {
  InitializeWorkflow start;
  start.mutable_parent_workflow_info()->set_workflow_id("parent");
  start.mutable_root_workflow()->set_workflow_id("root");
  start.set_cron_schedule("@hourly");
  start.mutable_priority()->set_priority_key(2);
  start.mutable_retry_policy()->set_maximum_attempts(3);
  converter::set_payloads(*start.mutable_last_completion_result(), converter::to_payloads(7));
  *start.mutable_continued_failure() = converter::to_failure(std::make_exception_ptr(ApplicationError{"no"}));
  DrivenRun run{function_definition<informed>(), start, {}};
  run.next().mutable_deployment_version_for_current_task()->set_build_id("build-1");
  run.next().set_continue_as_new_suggested(true);
  run.next().set_target_worker_deployment_version_changed(true);
  EXPECT_EQ(result_of<std::string>(run.commands().at(0)),
            "parent root @hourly 2 3 7 ApplicationError: no build-1 suggested changed");
}

TEST(Info, HasNoParentOfAWorkflowThatIsNoChild) {
  struct Alone {
    static Task<bool> run() { co_return !info().parent && !last_completion_result<int>() && !last_failure(); }
  };
  DrivenRun run{{.name = "alone", .run = detail::run_erased<&Alone::run>}};
  EXPECT_TRUE(result_of<bool>(run.commands().at(0)));
}

}  // namespace
}  // namespace temporal::workflow
