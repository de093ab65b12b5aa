#include <temporal/workflow/detail/interception.h>

#include <temporal/common/errors.h>
#include <temporal/converter/proto_payload.h>
#include <temporal/workflow/detail/driven_run.h>
#include <temporal/workflow/workflow.h>

#include <gmock/gmock.h>

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace temporal::workflow::detail {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

void work() {}

class Shipment {
 public:
  Task<> run() { co_return; }
  void hurry() {}
};

Task<> asks_for_everything() {
  const auto local = start_local_activity<work>({.start_to_close_timeout = 1s});
  auto child = start_child_workflow<&Shipment::run>({});
  const auto signal = spawn(external_workflow_handle("stock", "run-1").signal("reserve", {}));
  const auto request = spawn(external_workflow_handle("shop").cancel("sold out"));
  const auto started = co_await child;
  co_await started.signal<&Shipment::hurry>();
  co_await sleep(1s);
  workflow::continue_as_new<asks_for_everything>({});
}

Task<> two_children() {
  const auto first = start_child_workflow<&Shipment::run>({});
  co_await start_child_workflow<&Shipment::run>({});
  co_await first;
}

Task<> runs_locally() { co_await execute_local_activity<work>({.start_to_close_timeout = 1s}); }

/// Asks for more when it is destroyed.
struct Restless {
  ~Restless() {
    (void)start_timer(1s);
    (void)start_child_workflow<&Shipment::run>({});
  }
};
Task<> is_restless() {
  const Restless restless;
  co_await wait_condition([] { return false; });
}

Task<> is_refused() {
  try {
    co_await sleep(1s);
  } catch (const ApplicationError& error) {
    throw ApplicationError{std::string{"refused: "} + error.what()};
  }
}

/// Notes all that is asked for, changes it a little, and sends a header along.
class Changing : public RunInterceptor {
 public:
  explicit Changing(std::vector<std::string>& seen) : seen_(seen) {}

  void schedule_local_activity(ScheduleLocalActivityInput& input) override {
    note("local activity " + input.activity_type, input);
    input.options.summary = "changed";
    RunInterceptor::schedule_local_activity(input);
  }
  void start_child_workflow(StartChildWorkflowInput& input) override {
    note("child " + input.workflow_type, input);
    input.options.id = "changed-" + input.options.id;
    RunInterceptor::start_child_workflow(input);
  }
  void signal_workflow(SignalWorkflowInput& input) override {
    note((input.is_child ? "signal to child " : "signal to " + input.workflow_id + " ") + input.name, input);
    input.arguments = converter::to_payloads("changed");
    RunInterceptor::signal_workflow(input);
  }
  void cancel_external_workflow(CancelExternalWorkflowInput& input) override {
    seen_.push_back("cancel " + input.workflow_id + input.run_id);
    input.reason += ", changed";
    RunInterceptor::cancel_external_workflow(input);
  }
  void start_timer(StartTimerInput& input) override {
    seen_.emplace_back("timer");
    input.duration += 1s;
    RunInterceptor::start_timer(input);
  }
  void continue_as_new(ContinueAsNewInput& input) override {
    note("continue as " + input.workflow_type, input);
    input.options.task_queue = "changed";
    RunInterceptor::continue_as_new(input);
  }

 private:
  template <class Input>
  void note(std::string what, Input& input) {
    seen_.push_back(std::move(what));
    input.headers["trace"] = converter::to_payload("here");
  }

  std::vector<std::string>& seen_;
};

class Refusing : public RunInterceptor {
 public:
  void start_timer(StartTimerInput& /*input*/) override { throw ApplicationError{"no time"}; }
};

template <class Make>
class Making : public Interceptor {
 public:
  explicit Making(Make make) : make_(std::move(make)) {}
  std::unique_ptr<RunInterceptor> intercept_workflow(const Info& /*info*/) override { return make_(); }

 private:
  Make make_;
};

template <class Make>
DrivenRun run_with(Make make, Definition definition) {
  return DrivenRun{
      InstanceOptions{.task_queue = "queue", .interceptors = {std::make_shared<Making<Make>>(std::move(make))}},
      std::move(definition)};
}

class OutboundInterception : public ::testing::Test {
 protected:
  DrivenRun changing(Definition definition) {
    return run_with([this] { return std::make_unique<Changing>(seen); }, std::move(definition));
  }
  static DrivenRun refusing(Definition definition) {
    return run_with([] { return std::make_unique<Refusing>(); }, std::move(definition));
  }

  std::vector<std::string> seen;
};

template <class Message>
std::string trace_of(const Message& message) {
  return message.headers().contains("trace") ? message.headers().at("trace").data() : "";
}

}  // namespace

TEST_F(OutboundInterception, SeesAndChangesAllThatTheRunAsksFor) {
  auto run = changing(function_definition<asks_for_everything>());
  const auto first = run.commands();
  ASSERT_EQ(first.size(), 4U);
  const auto& child = first.at(0).start_child_workflow_execution();
  EXPECT_THAT(child.workflow_id(), testing::StartsWith("changed-"));
  EXPECT_EQ(trace_of(child), "\"here\"");
  EXPECT_EQ(first.at(1).user_metadata().summary().data(), "\"changed\"");
  EXPECT_EQ(trace_of(first.at(1).schedule_local_activity()), "\"here\"");
  const auto& signal = first.at(2).signal_external_workflow_execution();
  EXPECT_EQ(signal.workflow_execution().run_id(), "run-1");
  EXPECT_EQ(signal.args(0).data(), "\"changed\"");
  EXPECT_EQ(trace_of(signal), "\"here\"");
  EXPECT_EQ(first.at(3).request_cancel_external_workflow_execution().reason(), "sold out, changed");

  auto& started = *run.job().mutable_resolve_child_workflow_execution_start();
  started.set_seq(child.seq());
  started.mutable_succeeded()->set_run_id("run-2");
  const auto to_child = run.commands().at(0).signal_external_workflow_execution();
  EXPECT_EQ(to_child.child_workflow_id(), child.workflow_id());
  EXPECT_EQ(trace_of(to_child), "\"here\"");

  run.job().mutable_resolve_signal_external_workflow()->set_seq(to_child.seq());
  const auto timer = run.commands().at(0).start_timer();
  EXPECT_EQ(timer.start_to_fire_timeout().seconds(), 2);

  run.fire_timer(static_cast<int>(timer.seq()));
  const auto next = run.commands().at(0).continue_as_new_workflow_execution();
  EXPECT_EQ(next.task_queue(), "changed");
  EXPECT_EQ(trace_of(next), "\"here\"");

  EXPECT_THAT(seen, ElementsAre("local activity work", "child Shipment", "signal to stock reserve", "cancel shop",
                                "signal to child hurry", "timer", "continue as asks_for_everything"));
}

TEST_F(OutboundInterception, ChildrenHaveTheIdsThatTheyWouldHaveWithoutIt) {
  DrivenRun plain{function_definition<two_children>()};
  auto run = changing(function_definition<two_children>());
  const auto expected = plain.commands();
  const auto commands = run.commands();
  ASSERT_EQ(commands.size(), 2U);
  for (std::size_t i = 0; i < commands.size(); ++i) {
    EXPECT_EQ(commands.at(i).start_child_workflow_execution().workflow_id(),
              "changed-" + expected.at(i).start_child_workflow_execution().workflow_id());
  }
}

TEST_F(OutboundInterception, ALocalActivityPassesItOnceForAllAttempts) {
  auto run = changing(function_definition<runs_locally>());
  EXPECT_EQ(trace_of(run.commands().at(0).schedule_local_activity()), "\"here\"");
  auto& resolved = *run.job().mutable_resolve_activity();
  resolved.set_seq(1);
  resolved.set_is_local(true);
  resolved.mutable_result()->mutable_backoff()->set_attempt(2);
  resolved.mutable_result()->mutable_backoff()->mutable_backoff_duration()->set_seconds(60);
  const auto timer = run.commands().at(0).start_timer();
  run.fire_timer(static_cast<int>(timer.seq()));
  const auto again = run.commands().at(0).schedule_local_activity();
  EXPECT_EQ(again.attempt(), 2U);
  EXPECT_EQ(trace_of(again), "\"here\"");
  EXPECT_THAT(seen, ElementsAre("local activity work"));
}

TEST_F(OutboundInterception, SeesNothingOfWhatIsAskedForDuringTheEviction) {
  auto run = changing(function_definition<is_restless>());
  (void)run.commands();
  run.evict();
  EXPECT_THAT(seen, testing::IsEmpty());
}

TEST_F(OutboundInterception, WhatItThrowsIsThrownWhereTheWorkflowAsked) {
  auto run = refusing(function_definition<is_refused>());
  EXPECT_EQ(run.commands().at(0).fail_workflow_execution().failure().message(), "refused: no time");
}

}  // namespace temporal::workflow::detail
