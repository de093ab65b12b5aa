// Bad values in every public function of the client: an error at the call that names the field, and no call.
#include <temporal/client/detail/checks.h>

#include <temporal/client/client.h>
#include <temporal/client/detail/session.h>
#include <temporal/common/errors.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>
#include <string>
#include <vector>

namespace temporal::client {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;

/// What a person cut out of "Müller".
const std::string cut = "M\xc3";

/// There is no connection: what is sent ends the test.
const Client nowhere{std::make_shared<detail::Session>(nullptr, ConnectOptions{}, "me")};

struct Case {
  std::string field;  ///< what the error names
  std::function<void()> call;
};

std::string refusal(const std::function<void()>& call) {
  try {
    call();
  } catch (const ConfigurationError& error) {
    return error.message();
  } catch (const EncodeError& error) {
    return error.message();
  }
  return "no error";
}

void expect_refusals(const std::vector<Case>& cases) {
  for (const auto& [field, call] : cases) {
    const auto message = refusal(call);
    EXPECT_THAT(message, HasSubstr(field));
    EXPECT_THAT(message, Not(HasSubstr(cut))) << "a log could not take it";
  }
}

/// Fails at the call, whatever the future would say.
std::function<void()> starting(const std::function<void(StartOptions&)>& change) {
  return [change] {
    StartOptions options{.id = "order-7", .task_queue = "orders"};
    change(options);
    (void)nowhere.start("Order", options);
  };
}

TEST(BadValues, OfAStartAreNamed) {
  const auto with = [](auto change) { return starting(change); };
  const auto policy = [](auto change) {
    return starting([change](StartOptions& options) { change(options.retry_policy.emplace()); });
  };
  expect_refusals({
      {"id is empty", with([](auto& o) { o.id = ""; })},
      {"id is not UTF-8", with([](auto& o) { o.id = cut; })},
      {"task_queue is empty", with([](auto& o) { o.task_queue = ""; })},
      {"task_queue is not UTF-8", with([](auto& o) { o.task_queue = cut; })},
      {"execution_timeout", with([](auto& o) { o.execution_timeout = 0s; })},
      {"run_timeout", with([](auto& o) { o.run_timeout = -1ns; })},
      {"task_timeout", with([](auto& o) { o.task_timeout = Duration::min(); })},
      {"start_delay", with([](auto& o) { o.start_delay = -1ns; })},
      {"cron_schedule", with([](auto& o) { o.cron_schedule = cut; })},
      {"request_id is empty", with([](auto& o) { o.request_id = ""; })},
      {"request_id is not", with([](auto& o) { o.request_id = cut; })},
      {"memo", with([](auto& o) { o.memo[cut] = {}; })},
      {"static_summary", with([](auto& o) { o.static_summary = cut; })},
      {"static_details", with([](auto& o) { o.static_details = cut; })},
      {"search_attributes", with([](auto& o) { o.search_attributes.apply(KeywordSearchAttribute{cut}.set("x")); })},
      {"search_attributes", with([](auto& o) { o.search_attributes.apply(KeywordSearchAttribute{""}.set("x")); })},
      {"priority_key", with([](auto& o) { o.priority.priority_key = -1; })},
      {"fairness_key", with([](auto& o) { o.priority.fairness_key = cut; })},
      {"fairness_weight", with([](auto& o) { o.priority.fairness_weight = -1; })},
      {"fairness_weight", with([](auto& o) { o.priority.fairness_weight = std::nanf(""); })},
      {"backoff_coefficient", policy([](auto& p) { p.backoff_coefficient = 0.5; })},
      {"backoff_coefficient", policy([](auto& p) { p.backoff_coefficient = std::nan(""); })},
      {"backoff_coefficient", policy([](auto& p) { p.backoff_coefficient = std::numeric_limits<double>::infinity(); })},
      {"maximum_attempts", policy([](auto& p) { p.maximum_attempts = std::numeric_limits<int>::min(); })},
      {"initial_interval", policy([](auto& p) { p.initial_interval = 0s; })},
      {"maximum_interval", policy([](auto& p) { p.maximum_interval = -1s; })},
      {"non_retryable_error_types", policy([](auto& p) { p.non_retryable_error_types = {"Good", cut}; })},
  });
}

TEST(BadValues, OfNamesAndArgumentsAreNamed) {
  const StartOptions options{.id = "order-7", .task_queue = "orders"};
  auto joining = options;
  joining.id_conflict_policy = WorkflowIdConflictPolicy::use_existing;
  const auto order = nowhere.workflow_handle("order-7");
  const UpdateOptions odd{.id = cut};
  expect_refusals({
      {"workflow type is empty", [&] { (void)nowhere.start("", options); }},
      {"workflow type is not", [&] { (void)nowhere.start(cut, options); }},
      {"workflow type", [&] { (void)nowhere.execute(cut, options); }},
      {"workflow type", [&] { (void)nowhere.signal_with_start(cut, options, {}, "approve", {}); }},
      {"signal name is empty", [&] { (void)nowhere.signal_with_start("Order", options, {}, "", {}); }},
      {"signal name is not", [&] { (void)nowhere.signal_with_start("Order", options, {}, cut, {}); }},
      {"id_conflict_policy", [&] { (void)nowhere.update_with_start<int, int>("Order", options, {}, "set", {}, {}); }},
      {"workflow type", [&] { (void)nowhere.update_with_start<int, int>(cut, joining, {}, "set", {}, {}); }},
      {"update name is empty", [&] { (void)nowhere.update_with_start<int, int>("Order", joining, {}, "", {}, {}); }},
      {"update name is not", [&] { (void)nowhere.update_with_start<int, int>("Order", joining, {}, cut, {}, {}); }},
      {"UpdateOptions: id", [&] { (void)nowhere.update_with_start<int, int>("Order", joining, {}, "set", odd, {}); }},
      {"workflow id is empty", [&] { (void)nowhere.workflow_handle(""); }},
      {"workflow id is not", [&] { (void)nowhere.workflow_handle(cut); }},
      {"run id", [&] { (void)nowhere.workflow_handle("order-7", cut); }},
      {"signal name is empty", [&] { (void)order.signal("", {}); }},
      {"signal name is not", [&] { (void)order.signal(cut, {}); }},
      {"query name is empty", [&] { (void)order.query<int>("", {}); }},
      {"query name is not", [&] { (void)order.query<int>(cut, {}); }},
      {"update name is empty", [&] { (void)order.update<int>("", {}); }},
      {"update name is not", [&] { (void)order.update<int>(cut, {}); }},
      {"update name", [&] { (void)order.start_update<int>(cut, {}, {}); }},
      {"UpdateOptions: id", [&] { (void)order.start_update<int>("set", odd, {}); }},
      {"update id is empty", [&] { (void)order.update_handle<int>(""); }},
      {"update id is not", [&] { (void)order.update_handle<int>(cut); }},
      {"reason", [&] { (void)order.cancel(cut); }},
      {"reason", [&] { (void)order.terminate(cut); }},
      {"page_size", [&] { (void)order.history_pages({.page_size = -1}); }},
      {"UTF-8", [&] { (void)order.signal("note", converter::to_payloads(cut)); }},
  });
}

TEST(BadValues, OfActivitiesOptionsAndCredentialsAreNamed) {
  const auto all_calls_of = [](const AsyncActivityHandle& activity) {
    return std::vector<std::function<void()>>{
        [activity] { (void)activity.complete(); },
        [activity] { (void)activity.complete(1); },
        [activity] { (void)activity.fail(ApplicationError{"no"}); },
        [activity] { (void)activity.heartbeat(1); },
        [activity] { (void)activity.report_cancellation(); },
    };
  };
  const std::vector<std::pair<std::string, AsyncActivityHandle>> activities{
      {"neither the task token nor the activity id", nowhere.async_activity_handle("")},
      {"neither the task token nor the activity id", nowhere.async_activity_handle("order-7", "", "")},
      {"workflow id is empty", nowhere.async_activity_handle("", "", "ship")},
      {"workflow id is not", nowhere.async_activity_handle(cut, "", "ship")},
      {"run id", nowhere.async_activity_handle("order-7", cut, "ship")},
      {"activity id", nowhere.async_activity_handle("order-7", "", cut)},
  };
  for (const auto& [field, activity] : activities) {
    for (const auto& call : all_calls_of(activity)) expect_refusals({{field, call}});
  }
  expect_refusals({
      {"timeout", [] { (void)nowhere.with_rpc_options({.timeout = 0s}); }},
      {"timeout", [] { (void)nowhere.with_rpc_options({.timeout = Duration::min()}); }},
      {"metadata key", [] { (void)nowhere.with_rpc_options({.metadata = {{"", "x"}}}); }},
      {"metadata key", [] { (void)nowhere.with_rpc_options({.metadata = {{"Upper", "x"}}}); }},
      {"metadata value of \"k\"", [] { (void)nowhere.with_rpc_options({.metadata = {{"k", cut}}}); }},
      {"metadata value of \"k\"", [] { nowhere.set_metadata({{"k", "line\n"}}); }},
      {"api_key", [] { nowhere.set_api_key(cut); }},
      {"timeout", [] { nowhere.probe(0s); }},
      {"timeout", [] { nowhere.probe(-1s); }},
      {"address", [] { Client::connect({.address = cut}); }},
      {"namespace_", [] { Client::connect({.namespace_ = cut}); }},
      {"identity", [] { Client::connect({.identity = cut}); }},
      {"server_name", [] { Client::connect({.tls = TlsOptions{.server_name = cut}}); }},
      {"connect_timeout", [] { Client::connect({.connect_timeout = Duration::min()}); }},
      {"metadata key", [] { Client::connect({.metadata = {{"k\n", "x"}}}); }},
      {"metadata key", [] { Client::connect({.metadata = {{cut, "x"}}}); }},
  });
}

TEST(BadValues, OfHeadersThatAnInterceptorSetsAreNamed) {
  for (const auto& check : std::vector<std::function<void()>>{
           [] { detail::validate(SignalWorkflowInput{.workflow_id = "w", .name = "n", .headers = {{cut, {}}}}); },
           [] { detail::validate(QueryWorkflowInput{.workflow_id = "w", .name = "n", .headers = {{cut, {}}}}); },
           [] { detail::validate(StartUpdateInput{.workflow_id = "w", .name = "n", .headers = {{cut, {}}}}); },
           [] {
             detail::validate(StartWorkflowInput{
                 .workflow_type = "t", .options = {.id = "w", .task_queue = "q"}, .headers = {{cut, {}}}});
           }}) {
    expect_refusals({{"headers", check}});
  }
}

}  // namespace
}  // namespace temporal::client
