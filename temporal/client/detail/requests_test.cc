#include <temporal/client/detail/requests.h>

#include <temporal/client/detail/uuid.h>
#include <temporal/common/client_errors.h>
#include <temporal/converter/payload_converter.h>
#include <temporal/converter/proto_payload.h>
#include <temporal/converter/search_attributes.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace temporal::client {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;

std::string refusal(const StartOptions& options) {
  try {
    validate(options);
  } catch (const ConfigurationError& error) {
    return error.message();
  }
  return "accepted";
}

TEST(StartOptions, AskForAnIdAndATaskQueue) {
  EXPECT_EQ(refusal({.id = "i", .task_queue = "q"}), "accepted");
  EXPECT_THAT(refusal({.task_queue = "q"}), HasSubstr("id is empty"));
  EXPECT_THAT(refusal({.id = "i"}), HasSubstr("task_queue is empty"));
}

TEST(StartOptions, RefuseWhatTheServerWouldRefuse) {
  EXPECT_THAT(refusal({.id = "i", .task_queue = "q", .run_timeout = 0s}), HasSubstr("run_timeout"));
  EXPECT_THAT(refusal({.id = "i", .task_queue = "q", .start_delay = -1s}), HasSubstr("start_delay"));
  EXPECT_THAT(refusal({.id = "i", .task_queue = "q", .retry_policy = RetryPolicy{.backoff_coefficient = 0.5}}),
              HasSubstr("backoff_coefficient"));
}

}  // namespace

namespace detail {
namespace {

const Sender sender{.namespace_ = "default", .identity = "me"};
const Headers headers{{"trace", converter::to_payload("t")}};

template <class Message>
Headers to_headers(const Message& message) {
  return converter::to_payload_map(message.header().fields());
}

TEST(Requests, CarryAllStartOptions) {
  const auto request =
      start_request(sender, {.workflow_type = "Order",
                             .options = {.id = "order-7",
                                         .task_queue = "orders",
                                         .execution_timeout = 3s,
                                         .run_timeout = 2s,
                                         .task_timeout = 1s,
                                         .start_delay = 4s,
                                         .retry_policy = RetryPolicy{.maximum_attempts = 5},
                                         .id_reuse_policy = WorkflowIdReusePolicy::reject_duplicate,
                                         .id_conflict_policy = WorkflowIdConflictPolicy::use_existing,
                                         .priority = {.priority_key = 1, .fairness_key = "ann", .fairness_weight = 2},
                                         .search_attributes = {KeywordSearchAttribute{"CustomerId"}.set("c-7")},
                                         .memo = {{"note", converter::to_payload("x")}},
                                         .static_summary = "An order"},
                             .arguments = converter::to_payloads(7)});
  EXPECT_EQ(request.namespace_(), "default");
  EXPECT_EQ(request.identity(), "me");
  EXPECT_EQ(request.workflow_id(), "order-7");
  EXPECT_EQ(request.workflow_type().name(), "Order");
  EXPECT_EQ(request.task_queue().name(), "orders");
  EXPECT_EQ(request.input().payloads(0).data(), "7");
  EXPECT_EQ(request.workflow_execution_timeout().seconds(), 3);
  EXPECT_EQ(request.workflow_run_timeout().seconds(), 2);
  EXPECT_EQ(request.workflow_task_timeout().seconds(), 1);
  EXPECT_EQ(request.workflow_start_delay().seconds(), 4);
  EXPECT_EQ(request.retry_policy().maximum_attempts(), 5);
  EXPECT_EQ(request.workflow_id_reuse_policy(), temporal::api::enums::v1::WORKFLOW_ID_REUSE_POLICY_REJECT_DUPLICATE);
  EXPECT_EQ(request.workflow_id_conflict_policy(), temporal::api::enums::v1::WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING);
  EXPECT_EQ(request.priority().priority_key(), 1);
  EXPECT_EQ(request.priority().fairness_key(), "ann");
  EXPECT_EQ(request.priority().fairness_weight(), 2);
  EXPECT_EQ(request.search_attributes().indexed_fields().at("CustomerId").data(), "\"c-7\"");
  EXPECT_EQ(request.memo().fields().at("note").data(), "\"x\"");
  EXPECT_EQ(request.user_metadata().summary().data(), "\"An order\"");
  EXPECT_FALSE(request.request_id().empty());
}

TEST(Requests, CarryASignalWithTheStart) {
  const auto request =
      signal_with_start_request(sender, {.workflow_type = "Order",
                                         .options = {.id = "order-7", .task_queue = "orders", .request_id = "once"},
                                         .arguments = converter::to_payloads(7),
                                         .headers = headers,
                                         .signal = StartSignal{"approve", converter::to_payloads("ann")}});
  EXPECT_EQ(request.workflow_id(), "order-7");
  EXPECT_EQ(request.request_id(), "once");
  EXPECT_EQ(request.input().payloads(0).data(), "7");
  EXPECT_EQ(request.signal_name(), "approve");
  EXPECT_EQ(request.signal_input().payloads(0).data(), "\"ann\"");
  EXPECT_EQ(to_headers(request), headers);
}

TEST(Requests, CarryTheHeadersOfInterceptors) {
  EXPECT_EQ(to_headers(start_request(sender, {.headers = headers})), headers);
  EXPECT_EQ(to_headers(signal_request(sender, {.headers = headers})), headers);
  EXPECT_EQ(to_headers(query_request(sender, {.headers = headers}).query()), headers);
  EXPECT_EQ(to_headers(update_request(sender, {.headers = headers}).request().input()), headers);
}

TEST(Requests, LeaveOutWhatWasNotChosen) {
  const auto request = start_request(sender, {.options = {.id = "i", .task_queue = "q"}});
  EXPECT_FALSE(request.has_input());
  EXPECT_FALSE(request.has_header());
  EXPECT_FALSE(request.has_workflow_run_timeout());
  EXPECT_FALSE(request.has_retry_policy());
  EXPECT_FALSE(request.has_priority());
  EXPECT_FALSE(request.has_search_attributes());
  EXPECT_FALSE(request.has_memo());
  EXPECT_FALSE(request.has_user_metadata());
}

TEST(Requests, ADescriptionHasPrioritySearchAttributesAndMemo) {
  service::DescribeWorkflowExecutionResponse response;
  auto& info = *response.mutable_workflow_execution_info();
  info.mutable_priority()->set_priority_key(2);
  const SearchAttributes attributes{IntSearchAttribute{"Items"}.set(3)};
  *info.mutable_search_attributes() = converter::to_proto(attributes);
  (*info.mutable_memo()->mutable_fields())["note"] = converter::to_proto(converter::to_payload("x"));
  const auto description = to_description(response);
  EXPECT_EQ(description.priority, (Priority{.priority_key = 2}));
  EXPECT_EQ(description.search_attributes, attributes);
  EXPECT_EQ(description.memo.at("note"), converter::to_payload("x"));
}

TEST(Requests, ADescriptionLeavesOutWhatAPeersCodecHasEncrypted) {
  service::DescribeWorkflowExecutionResponse response;
  auto& info = *response.mutable_workflow_execution_info();
  info.mutable_execution()->set_workflow_id("order-7");
  auto& metadata = *response.mutable_execution_config()->mutable_user_metadata();
  const Payload encrypted{.metadata = {{"encoding", "binary/encrypted"}}, .data = "\xff\x01"};
  *metadata.mutable_summary() = converter::to_proto(encrypted);
  *metadata.mutable_details() = converter::to_proto(converter::to_payload(7));
  converter::set_payload_map(*info.mutable_memo()->mutable_fields(), {{"note", encrypted}});
  (*info.mutable_search_attributes()->mutable_indexed_fields())["CustomerId"] = converter::to_proto(encrypted);
  const auto description = to_description(response);
  EXPECT_EQ(description.id, "order-7");
  EXPECT_EQ(description.static_summary, "");
  EXPECT_EQ(description.static_details, "");
  EXPECT_EQ(description.memo.at("note"), encrypted);
  EXPECT_TRUE(description.search_attributes.empty());
}

TEST(Requests, GoToTheLatestRunOfAWorkflowThatWasStartedHere) {
  EXPECT_EQ((WorkflowKey{.id = "i", .run_id = "r", .first_run_id = "r"}.called_run_id()), "");
  EXPECT_EQ((WorkflowKey{.id = "i", .run_id = "r"}.called_run_id()), "r");
  EXPECT_EQ(signal_request(sender, {.workflow_id = "i", .run_id = "r"}).workflow_execution().run_id(), "r");
  EXPECT_EQ(terminate_request(sender, {.first_run_id = "r"}).first_execution_run_id(), "r");
  EXPECT_EQ(cancel_request(sender, {.first_run_id = "r"}).first_execution_run_id(), "r");
}

TEST(Uuid, IsRandomAndOfVersion4) {
  const auto uuid = random_uuid();
  EXPECT_THAT(uuid, MatchesRegex("[0-9a-f]+-[0-9a-f]+-4[0-9a-f]+-[89ab][0-9a-f]+-[0-9a-f]+"));
  EXPECT_EQ(uuid.size(), 36U);
  EXPECT_NE(uuid, random_uuid());
}

}  // namespace
}  // namespace detail
}  // namespace temporal::client
