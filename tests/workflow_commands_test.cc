// What a workflow asks for besides activities and timers, against a real server. Each workflow runs with and without a
// cache: without one, each of its tasks is a replay of the whole history.
#include "server_fixture.h"

#include <temporal/activity/activity.h>
#include <temporal/common/errors.h>
#include <temporal/workflow/workflow.h>

#include <temporal/api/history/v1/message.pb.h>

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <limits>
#include <mutex>
#include <sstream>
#include <thread>
#include <vector>

using namespace temporal;
using namespace std::chrono_literals;
using temporal::tests::RunningWorker;
using temporal::tests::ServerTest;
using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

namespace {

constexpr KeywordSearchAttribute customer{"CustomerId"};
constexpr DoubleSearchAttribute total{"Total"};
constexpr BoolSearchAttribute paid{"Paid"};
constexpr DatetimeSearchAttribute due{"Due"};
constexpr IntSearchAttribute quantity{"Quantity"};
constexpr KeywordListSearchAttribute tags{"Tags"};
constexpr TextSearchAttribute remark{"Remark"};
const SearchAttributes of_every_type{paid.set(true), due.set(Timestamp{1'770'000'000s}),
                                     quantity.set(std::numeric_limits<std::int64_t>::max()), tags.set({"new", "größe"}),
                                     remark.set("two words")};

// Continue-as-new: three runs that hand on a list and their properties.
workflow::Task<std::vector<std::string>> three_runs(std::vector<std::string> run_ids) {
  run_ids.push_back(workflow::info().run_id);
  co_await workflow::sleep(1ms);
  if (run_ids.size() < 3) workflow::continue_as_new<three_runs>({}, run_ids);
  run_ids.push_back(workflow::info().first_execution_run_id);
  run_ids.push_back(workflow::info().continued_run_id);
  run_ids.push_back(workflow::search_attributes().get(customer).value_or("none"));
  co_return run_ids;
}

class Shipment {
 public:
  workflow::Task<std::string> run(std::string address) {
    if (address.empty()) throw ApplicationError{"no address", {.type = "BadAddress", .non_retryable = true}};
    co_await workflow::wait_condition([this] { return hurried_; });
    co_return "shipped to " + address + " for " + workflow::info().parent.value().workflow_id;
  }
  void hurry() { hurried_ = true; }

 private:
  bool hurried_ = false;
};

workflow::Definition shipment() {
  return workflow::definition<Shipment>().run<&Shipment::run>().signal<&Shipment::hurry>();
}

workflow::Task<std::string> ships(std::string id) {
  auto child = co_await workflow::start_child_workflow<&Shipment::run>({.id = id}, "Rome");
  if (child.run_id().empty()) co_return "no run id";
  co_await workflow::sleep(1ms);
  co_await child.signal<&Shipment::hurry>();
  co_return co_await child;
}

workflow::Task<> fails_to_ship() { co_await workflow::execute_child_workflow<&Shipment::run>({}, ""); }

workflow::Task<std::string> starts_twice(std::string id) {
  auto first = co_await workflow::start_child_workflow<&Shipment::run>({.id = id}, "Rome");
  std::string outcome = "no error";
  try {
    co_await workflow::execute_child_workflow<&Shipment::run>({.id = id}, "Rome");
  } catch (const ChildWorkflowError& error) {
    outcome = error.info().workflow_id + ": " + describe(error.cause());
  }
  co_await first.signal<&Shipment::hurry>();
  co_await first;
  co_return outcome;
}

/// Starts a child once more when it is done, where that is not allowed, and where it is.
workflow::Task<std::string> starts_again(std::string id) {
  const auto ship = [&](WorkflowIdReusePolicy policy) -> workflow::Task<> {
    auto child = co_await workflow::start_child_workflow<&Shipment::run>({.id = id, .id_reuse_policy = policy}, "Rome");
    co_await child.signal<&Shipment::hurry>();
    co_await child;
  };
  co_await ship(WorkflowIdReusePolicy::allow_duplicate);
  std::string outcome = "no error";
  try {
    co_await ship(WorkflowIdReusePolicy::reject_duplicate);
  } catch (const ChildWorkflowError& error) {
    outcome = describe(error.cause());
  }
  co_await ship(WorkflowIdReusePolicy::allow_duplicate);
  co_return outcome;
}

/// Cancels a child before it is sent to the server, once it has started, and reports how each ended.
workflow::Task<std::vector<bool>> cancels_children() {
  std::vector<bool> cancelled;
  auto never = workflow::start_child_workflow<&Shipment::run>({}, "Rome");
  never.cancel("too early");
  try {
    co_await co_await never;
  } catch (const ChildWorkflowError& error) {
    cancelled.push_back(is_cancellation(error.cause()));
  }
  for (const auto type : {workflow::ChildWorkflowCancellationType::wait_cancellation_completed,
                          workflow::ChildWorkflowCancellationType::try_cancel}) {
    auto child = co_await workflow::start_child_workflow<&Shipment::run>({.cancellation_type = type}, "Rome");
    child.cancel("not needed");
    try {
      co_await child;
    } catch (const ChildWorkflowError& error) {
      cancelled.push_back(is_cancellation(error.cause()));
    }
  }
  co_return cancelled;
}

/// Ends before its three children do.
workflow::Task<> leaves_children(std::string id) {
  co_await workflow::start_child_workflow<&Shipment::run>({.id = id + "-terminate"}, "Rome");
  co_await workflow::start_child_workflow<&Shipment::run>(
      {.id = id + "-request_cancel", .parent_close_policy = workflow::ParentClosePolicy::request_cancel}, "Rome");
  co_await workflow::start_child_workflow<&Shipment::run>({.id = id + "-abandon",
                                                           .execution_timeout = 70s,
                                                           .run_timeout = 60s,
                                                           .task_timeout = 5s,
                                                           .retry_policy = RetryPolicy{.maximum_attempts = 4},
                                                           .id_reuse_policy = WorkflowIdReusePolicy::reject_duplicate,
                                                           .parent_close_policy = workflow::ParentClosePolicy::abandon,
                                                           .priority = {.priority_key = 1},
                                                           .search_attributes = {customer.set("c-7")},
                                                           .memo = {{"note", converter::to_payload("x")}},
                                                           .static_summary = "a child",
                                                           .static_details = "of *mine*"},
                                                          "Rome");
}

/// Goes on in a second run, elsewhere and with other options, when the server says that the first has become long.
workflow::Task<std::string> moves_on(std::string next_queue) {
  const auto& info = workflow::info();
  if (!info.continued_run_id.empty()) {
    std::ostringstream text;
    text << info.task_queue << ' ' << workflow::search_attributes().get(customer).value_or("none") << ' '
         << workflow::memo_value<std::string>("note").value_or("none") << ' ' << info.run_timeout.value_or(0s) / 1s
         << ' ' << info.task_timeout.value_or(0s) / 1s << ' '
         << info.retry_policy.value_or(RetryPolicy{}).maximum_attempts;
    co_return text.str();
  }
  while (!workflow::continue_as_new_suggested()) co_await workflow::sleep(1ms);
  workflow::continue_as_new<moves_on>({.task_queue = next_queue,
                                       .run_timeout = 60s,
                                       .task_timeout = 5s,
                                       .start_delay = 1ms,
                                       .retry_policy = RetryPolicy{.maximum_attempts = 3},
                                       .search_attributes = {customer.set("c-8")},
                                       .memo = {{"note", converter::to_payload("y")}}},
                                      next_queue);
}

/// Starts a child in its first task and cancels it in the next, which comes at once: before the child has started.
/// The signal comes while the first task runs, so that the server has the next task ready when it takes the first one.
std::atomic<bool> signalled = false;
std::atomic<bool> in_first_task = false;
workflow::Task<std::string> cancels_a_child_that_starts(std::string id, workflow::ChildWorkflowCancellationType type) {
  bool told = false;
  const auto tell = workflow::set_signal_handler("cancel", [&] { told = true; });
  const workflow::CancellationScope scope;
  auto start = co_await scope.run([&]() -> workflow::Task<workflow::ChildWorkflowStart<std::string>> {
    co_return workflow::start_child_workflow<&Shipment::run>({.id = id, .cancellation_type = type}, "Rome");
  });
  in_first_task = true;
  in_first_task.notify_all();
  while (!signalled) std::this_thread::yield();
  co_await workflow::wait_condition([&] { return told; });
  std::string story = start.done() ? "started, " : "starting, ";
  scope.cancel("not needed");
  try {
    auto child = co_await start;
    story += "started, ";
    co_await child;
    story += "completed";
  } catch (const ChildWorkflowError&) {
    story += is_cancellation(std::current_exception()) ? "cancelled" : "failed";
  }
  co_return story;
}

workflow::Task<> cancels_another(std::string id) { co_await workflow::external_workflow_handle(id).cancel("sold out"); }
workflow::Task<> waits() {
  co_await workflow::wait_condition([] { return false; });
}

// Local activities.
std::atomic<int> local_runs = 0;
std::string local_greet(const std::string& name) {
  ++local_runs;
  activity::heartbeat(1);
  return "Hello, " + name + (activity::info().is_local ? " (local)" : "");
}
int fails_twice() {
  const int attempt = activity::info().attempt;
  if (attempt < 3) throw std::runtime_error{"attempt " + std::to_string(attempt)};
  return attempt;
}
void until_cancelled() {
  while (!activity::stop_token().stop_requested()) std::this_thread::yield();
  activity::throw_if_cancelled();
}

workflow::Task<std::string> greets_locally(std::string name) {
  auto first = workflow::start_local_activity<local_greet>({.start_to_close_timeout = 5s}, name);
  auto second = workflow::start_local_activity<local_greet>({.start_to_close_timeout = 5s}, "you");
  const auto both = co_await first + " " + co_await second;
  co_await workflow::sleep(1ms);
  co_return both;
}
workflow::Task<int> retries_locally() {
  co_return co_await workflow::execute_local_activity<fails_twice>(
      {.start_to_close_timeout = 5s,
       .retry_policy = RetryPolicy{.initial_interval = 100ms},
       .local_retry_threshold = 50ms});  // each wait is longer: a timer
}
workflow::Task<std::string> calls_nobody_locally() {
  try {
    co_await workflow::execute_local_activity_named<int>(
        "nobody", {.start_to_close_timeout = 5s, .retry_policy = RetryPolicy{.maximum_attempts = 1}}, {});
  } catch (const ActivityError& error) {
    co_return describe(error.cause());
  }
  co_return "completed";
}
workflow::Task<bool> cancels_locally() {
  auto activity = workflow::start_local_activity<until_cancelled>(
      {.start_to_close_timeout = 30s,
       .cancellation_type = workflow::ActivityCancellationType::wait_cancellation_completed});
  co_await workflow::sleep(50ms);
  activity.cancel();
  try {
    co_await activity;
  } catch (const ActivityError& error) {
    co_return is_cancellation(error.cause());
  }
  co_return false;
}

std::array<std::atomic<bool>, 6> may_end;
void holds(int number) {
  while (!may_end.at(number)) std::this_thread::sleep_for(1ms);
}
/// Cancels a child that was asked for before the tasks in which a local activity ran.
workflow::Task<std::string> cancels_a_child_later(std::string queue, workflow::ChildWorkflowCancellationType type,
                                                  int number) {
  const auto child = workflow::start_child_workflow_named<void>(
      "nobody", {.id = workflow::info().workflow_id + "'", .task_queue = queue, .cancellation_type = type}, {});
  co_await workflow::execute_local_activity<holds>({.start_to_close_timeout = 1min}, number);
  child.cancel("no longer needed");
  try {
    const auto started = co_await child;
    co_await started;
  } catch (const ChildWorkflowError& error) {
    co_return is_cancellation(error.cause()) ? "cancelled" : "failed";
  }
  co_return "completed";
}

// Three versions of one workflow.
class Patched {
 public:
  workflow::Task<std::string> run() {
    const std::string way = workflow::patched("new-way") ? "new" : "old";
    co_await workflow::wait_condition([this] { return go_; });
    co_return way + (workflow::patched("new-way") ? " new" : " old");
  }
  void go() { go_ = true; }

 private:
  bool go_ = false;
};
class Unpatched {
 public:
  workflow::Task<std::string> run() {
    co_await workflow::wait_condition([this] { return go_; });
    co_return "old";
  }
  void go() { go_ = true; }

 private:
  bool go_ = false;
};
class Deprecated {
 public:
  workflow::Task<std::string> run() {
    workflow::deprecate_patch("new-way");
    co_await workflow::wait_condition([this] { return go_; });
    co_return "only new";
  }
  void go() { go_ = true; }

 private:
  bool go_ = false;
};

workflow::Task<std::string> signals_another(std::string id) {
  co_await workflow::external_workflow_handle<&Unpatched::run>(id).signal<&Unpatched::go>();
  std::string outcome = "no error";
  try {
    co_await workflow::external_workflow_handle("nobody").signal("hurry", {});
  } catch (const ApplicationError& error) {
    outcome = error.message();
  }
  try {
    co_await workflow::external_workflow_handle("nobody").cancel();
  } catch (const ApplicationError& error) {
    outcome += "; " + error.message();
  }
  co_return outcome;
}

/// Cancels a signal before the server hears of it.
workflow::Task<std::string> takes_a_signal_back(std::string id) {
  const workflow::CancellationScope scope;
  bool asked = false;
  auto signal = workflow::spawn(scope.run([&]() -> workflow::Task<> {
    asked = true;
    co_await workflow::external_workflow_handle(id).signal("go", {});
  }));
  co_await workflow::wait_condition([&] { return asked; });
  scope.cancel("no longer wanted");
  std::string ended = "signalled";
  try {
    co_await signal;
  } catch (const FailureError&) {
    ended = describe(std::current_exception());
  }
  co_await workflow::sleep(1ms);
  co_return ended;
}

workflow::Task<std::string> sleeps_until_cancelled() {
  std::string ended = "slept";
  try {
    co_await workflow::sleep(24h);
  } catch (const CancelledError& error) {
    ended = error.what();
  }
  co_await workflow::shielded(workflow::sleep(1ms));
  co_return ended;
}

/// Gives who started it, and who is at the top of its family.
workflow::Task<std::string> descends(int generations) {
  if (generations == 0) co_return workflow::info().parent->workflow_id + " " + workflow::info().root->workflow_id;
  co_return co_await workflow::execute_child_workflow<descends>({.id = workflow::info().workflow_id + "'"},
                                                                generations - 1);
}

/// Changes them in its first task, and sees them in its second.
workflow::Task<bool> has_attributes_of_every_type() {
  workflow::upsert_search_attributes({paid.set(true), due.set(Timestamp{1'770'000'000s}),
                                      quantity.set(std::numeric_limits<std::int64_t>::max()),
                                      tags.set({"new", "größe"}), remark.set("two words")});
  co_await workflow::sleep(1ms);
  co_return workflow::search_attributes() == of_every_type;
}

class Shown {
 public:
  workflow::Task<std::string> run() {
    workflow::logger().info("started", {{"customer", workflow::search_attributes().get(customer).value_or("none")}});
    workflow::upsert_search_attributes({customer.unset(), total.set(2.5)});
    workflow::upsert_memo({{"dropped", converter::null_payload()}, {"note", converter::to_payload("x")}});
    workflow::set_current_details("waiting");
    co_await workflow::wait_condition([this] { return go_; });
    workflow::logger().info("going");
    co_await workflow::sleep(1ms);
    co_return workflow::memo_value<std::string>("note").value_or("none");
  }
  void go() { go_ = true; }

 private:
  bool go_ = false;
};

template <class Flow>
workflow::Definition named(const std::string& name) {
  workflow::Definition definition =
      workflow::definition<Flow>().template run<&Flow::run>().template signal<&Flow::go>();
  definition.name = name;
  return definition;
}

/// Each test runs with a cache of 0 (all is replayed) and of 100.
class WorkflowCommands : public ServerTest, public ::testing::WithParamInterface<std::size_t> {
 protected:
  worker::WorkerOptions options() {
    // No task is repeated because the machine stood still.
    return {.task_queue = queue_, .max_cached_workflows = GetParam(), .deadlock_timeout = {}};
  }
  client::StartOptions start() { return {.id = unique_name(), .task_queue = queue_}; }

 private:
  std::string queue_ = unique_name();
};

using HeartbeatsOfTasks = ServerTest;

}  // namespace

INSTANTIATE_TEST_SUITE_P(Cache, WorkflowCommands, ::testing::Values(0, 100),
                         [](const auto& cached) { return cached.param == 0 ? "Replayed" : "Cached"; });

TEST_P(WorkflowCommands, AWorkflowContinuesAsNewAndTheClientFollows) {
  auto worker_options = options();
  worker_options.add_workflow<three_runs>();
  const RunningWorker worker{client(), worker_options};
  auto start_options = start();
  start_options.search_attributes = {customer.set("c-7")};
  const auto runs = client().execute<three_runs>(start_options, std::vector<std::string>{}).get();
  ASSERT_EQ(runs.size(), 6U);
  EXPECT_NE(runs[0], runs[1]);
  EXPECT_EQ(runs[3], runs[0]) << "the first run of the chain";
  EXPECT_EQ(runs[4], runs[1]) << "the run before";
  EXPECT_EQ(runs[5], "c-7") << "the next run takes the search attributes over";
}

TEST_P(WorkflowCommands, ARunThatHasBecomeLongContinuesElsewhereWithOtherOptions) {
  auto worker_options = options();
  worker_options.add_workflow<moves_on>();
  const RunningWorker worker{client(), worker_options};
  auto next_options = worker_options;
  next_options.task_queue = unique_name();
  const RunningWorker next_worker{client(), next_options};
  const auto handle = client().start<moves_on>(start(), next_options.task_queue).get();
  EXPECT_EQ(handle.result().get(), next_options.task_queue + " c-8 y 60 5 3");
  const auto first_run = client().workflow_handle<moves_on>(handle.id(), handle.first_run_id());
  EXPECT_GT(first_run.describe().get().history_length, 40);
  EXPECT_EQ(replay(worker_options, first_run), "no error");
}

TEST_P(WorkflowCommands, ChildrenTakeTheirOptionsAndWhatTheirParentLeavesThemIsTheirPolicys) {
  auto worker_options = options();
  worker_options.add_workflow<leaves_children>();
  worker_options.add_workflow(shipment());
  const RunningWorker worker{client(), worker_options};
  const auto id = unique_name();
  const auto parent = client().start<leaves_children>(start(), id).get();
  parent.result().get();
  EXPECT_EQ(replay(worker_options, parent), "no error");
  EXPECT_THAT(story_of_failure(client().workflow_handle<&Shipment::run>(id + "-terminate")),
              HasSubstr("TerminatedError"));
  EXPECT_THAT(story_of_failure(client().workflow_handle<&Shipment::run>(id + "-request_cancel")),
              HasSubstr("CancelledError"));

  const auto left = client().workflow_handle<&Shipment::run>(id + "-abandon");
  const auto description = left.describe().get();
  EXPECT_EQ(description.status, client::WorkflowStatus::running);
  EXPECT_EQ(description.parent.value().workflow_id, parent.id());
  EXPECT_EQ(description.priority.priority_key, 1);
  EXPECT_EQ(description.search_attributes.get(customer), "c-7");
  EXPECT_EQ(description.memo.at("note"), converter::to_payload("x"));
  const auto started = history_of(left).front().workflow_execution_started_event_attributes();
  EXPECT_EQ(started.workflow_execution_timeout().seconds(), 70);
  EXPECT_EQ(started.workflow_run_timeout().seconds(), 60);
  EXPECT_EQ(started.workflow_task_timeout().seconds(), 5);
  EXPECT_EQ(started.retry_policy().maximum_attempts(), 4);
  const auto events = history_of(parent);
  const auto initiated = std::ranges::find_if(events, [&](const auto& event) {
    return event.start_child_workflow_execution_initiated_event_attributes().workflow_id() == left.id();
  });
  ASSERT_NE(initiated, events.end());
  EXPECT_EQ(initiated->start_child_workflow_execution_initiated_event_attributes().workflow_id_reuse_policy(),
            api::enums::v1::WORKFLOW_ID_REUSE_POLICY_REJECT_DUPLICATE);
  EXPECT_EQ(initiated->user_metadata().summary().data(), "\"a child\"");
  EXPECT_EQ(initiated->user_metadata().details().data(), "\"of *mine*\"");
  left.signal<&Shipment::hurry>().get();
  EXPECT_THAT(left.result().get(), HasSubstr("shipped to Rome"));
}

TEST_P(WorkflowCommands, AChildIsStartedSignalledAndAwaited) {
  auto worker_options = options();
  worker_options.add_workflow<ships>();
  worker_options.add_workflow(shipment());
  const RunningWorker worker{client(), worker_options};
  const auto start_options = start();
  EXPECT_EQ(client().execute<ships>(start_options, unique_name()).get(), "shipped to Rome for " + start_options.id);
}

TEST_P(WorkflowCommands, TheFailureOfAChildReachesTheClientWithItsWholeChain) {
  auto worker_options = options();
  worker_options.add_workflow<fails_to_ship>();
  worker_options.add_workflow(shipment());
  const RunningWorker worker{client(), worker_options};
  try {
    client().execute<fails_to_ship>(start()).get();
    FAIL() << "no error";
  } catch (const WorkflowFailedError& error) {
    EXPECT_THAT(describe(error.cause()),
                AllOf(HasSubstr("ChildWorkflowError"), HasSubstr("BadAddress"), HasSubstr("no address")));
  }
}

TEST_P(WorkflowCommands, AChildWhoseIdIsInUseDoesNotStart) {
  auto worker_options = options();
  worker_options.add_workflow<starts_twice>();
  worker_options.add_workflow(shipment());
  const RunningWorker worker{client(), worker_options};
  const auto id = unique_name();
  EXPECT_THAT(client().execute<starts_twice>(start(), id).get(),
              AllOf(HasSubstr(id), HasSubstr("WorkflowAlreadyStartedError")));
}

TEST_P(WorkflowCommands, AnIdThatAChildHadIsUsedAgainAsThePolicySays) {
  auto worker_options = options();
  worker_options.add_workflow<starts_again>();
  worker_options.add_workflow(shipment());
  const RunningWorker worker{client(), worker_options};
  const auto handle = client().start<starts_again>(start(), unique_name()).get();
  EXPECT_THAT(handle.result().get(), HasSubstr("WorkflowAlreadyStartedError"));
  EXPECT_EQ(replay(worker_options, handle), "no error");
}

TEST_P(WorkflowCommands, ChildrenAreCancelledBeforeTheyStartAndAfter) {
  auto worker_options = options();
  worker_options.add_workflow<cancels_children>();
  worker_options.add_workflow(shipment());
  const RunningWorker worker{client(), worker_options};
  EXPECT_EQ(client().execute<cancels_children>(start()).get(), (std::vector{true, true, true}));
}

TEST_P(WorkflowCommands, AChildIsCancelledWhileItStarts) {
  auto worker_options = options();
  worker_options.add_workflow<cancels_a_child_that_starts>();
  worker_options.add_workflow(shipment());
  const RunningWorker worker{client(), worker_options};
  using Type = workflow::ChildWorkflowCancellationType;
  for (const auto type :
       {Type::wait_cancellation_completed, Type::wait_cancellation_requested, Type::try_cancel, Type::abandon}) {
    signalled = in_first_task = false;
    const auto child_id = unique_name();
    const auto handle = client().start<cancels_a_child_that_starts>(start(), child_id, type).get();
    in_first_task.wait(false);
    handle.signal("cancel", {}).get();
    signalled = true;
    auto result = handle.result();
    ASSERT_TRUE(result.wait_for(20s)) << temporal::testing::to_json(handle.fetch_history().get());
    EXPECT_THAT(result.get(), AllOf(StartsWith("starting, "), EndsWith("cancelled")));
    EXPECT_EQ(replay(worker_options, handle), "no error");
    if (type == Type::try_cancel || type == Type::abandon) continue;
    EXPECT_THAT(story_of_failure(client().workflow_handle<&Shipment::run>(child_id)), HasSubstr("CancelledError"));
  }
}

TEST_P(WorkflowCommands, AnotherWorkflowIsSignalledAndOneThatIsNotThereIsAnError) {
  auto worker_options = options();
  worker_options.add_workflow<signals_another>();
  worker_options.add_workflow(named<Unpatched>("flow"));
  const RunningWorker worker{client(), worker_options};
  const auto other = client().start("flow", start()).get();
  EXPECT_THAT(
      client().execute<signals_another>(start(), other.id()).get(),
      AllOf(HasSubstr("Unable to signal external workflow"), HasSubstr("; Unable to cancel external workflow")));
  EXPECT_EQ(converter::from_payload<std::string>(other.result().get().payload), "old");
}

TEST_P(WorkflowCommands, AnotherWorkflowIsCancelled) {
  auto worker_options = options();
  worker_options.add_workflow<cancels_another>();
  worker_options.add_workflow<waits>();
  const RunningWorker worker{client(), worker_options};
  auto waiting = client().start<waits>(start()).get();
  client().execute<cancels_another>(start(), waiting.id()).get();
  try {
    waiting.result().get();
    FAIL() << "no error";
  } catch (const WorkflowFailedError& error) {
    EXPECT_TRUE(is_cancellation(error.cause()));
  }
}

TEST_P(WorkflowCommands, ASignalToAnotherWorkflowIsTakenBackBeforeItIsSent) {
  auto worker_options = options();
  worker_options.add_workflow<takes_a_signal_back>();
  const RunningWorker worker{client(), worker_options};
  const auto handle = client().start<takes_a_signal_back>(start(), std::string{"nobody"}).get();
  EXPECT_THAT(handle.result().get(), HasSubstr("cancelled"));
  EXPECT_TRUE(std::ranges::none_of(history_of(handle), [](const auto& event) {
    return event.has_signal_external_workflow_execution_initiated_event_attributes();
  }));
  EXPECT_EQ(replay(worker_options, handle), "no error");
}

TEST_P(WorkflowCommands, ATimerIsCancelledWithItsWorkflow) {
  auto worker_options = options();
  worker_options.add_workflow<sleeps_until_cancelled>();
  const RunningWorker worker{client(), worker_options};
  auto handle = client().start<sleeps_until_cancelled>(start()).get();
  wait_for_event(handle, [](const auto& event) { return event.has_timer_started_event_attributes(); });
  handle.cancel("closing time").get();
  EXPECT_EQ(handle.result().get(), "timer cancelled: closing time");
  EXPECT_TRUE(std::ranges::any_of(history_of(handle),
                                  [](const auto& event) { return event.has_timer_canceled_event_attributes(); }));
  EXPECT_EQ(replay(worker_options, handle), "no error");
}

TEST_P(WorkflowCommands, AChildKnowsItsParentAndTheRootOfItsFamily) {
  auto worker_options = options();
  worker_options.add_workflow<descends>();
  const RunningWorker worker{client(), worker_options};
  const auto start_options = start();
  const auto& root = start_options.id;
  EXPECT_EQ(client().execute<descends>(start_options, 2).get(), root + "' " + root);
  EXPECT_EQ(replay(worker_options, client().workflow_handle<descends>(root + "''")), "no error");
}

TEST_P(WorkflowCommands, LocalActivitiesRunOnceAndAreNotRunAgainOnReplay) {
  auto worker_options = options();
  worker_options.add_workflow<greets_locally>();
  worker_options.add_activity<local_greet>();
  const RunningWorker worker{client(), worker_options};
  local_runs = 0;
  EXPECT_EQ(client().execute<greets_locally>(start(), std::string{"Ann"}).get(),
            "Hello, Ann (local) Hello, you (local)");
  EXPECT_EQ(local_runs, 2);
}

TEST_P(WorkflowCommands, ALocalActivityBacksOffOnTimers) {
  auto worker_options = options();
  worker_options.add_workflow<retries_locally>();
  worker_options.add_activity<fails_twice>();
  const RunningWorker worker{client(), worker_options};
  const auto handle = client().start<retries_locally>(start()).get();
  EXPECT_EQ(handle.result().get(), 3);
  EXPECT_EQ(std::ranges::count_if(history_of(handle),
                                  [](const auto& event) { return event.has_timer_fired_event_attributes(); }),
            2);
  EXPECT_EQ(replay(worker_options, handle), "no error");
}

TEST_P(WorkflowCommands, ALocalActivityThatNobodyRegisteredFailsWhereThereAreNoActivities) {
  auto worker_options = options();
  worker_options.add_workflow<calls_nobody_locally>();
  const RunningWorker worker{client(), worker_options};
  EXPECT_EQ(
      client().execute<calls_nobody_locally>(start()).get(),
      "ApplicationError(NotFoundError): activity type nobody is not registered on this worker; registered are: none");
}

TEST_P(WorkflowCommands, ALocalActivityIsCancelled) {
  auto worker_options = options();
  worker_options.add_workflow<cancels_locally>();
  worker_options.add_activity<until_cancelled>();
  const RunningWorker worker{client(), worker_options};
  auto start_options = start();
  start_options.task_timeout = 1s;  // the timer comes with the next workflow task, and the activity holds this one
  EXPECT_TRUE(client().execute<cancels_locally>(start_options).get());
}

// Whether the child is on its way is told by the length of the history (B2): a heartbeat of the task is a border there.
TEST_F(HeartbeatsOfTasks, AChildThatIsCancelledAfterOneReplaysAsItWent) {
  using enum workflow::ChildWorkflowCancellationType;
  worker::WorkerOptions options{.task_queue = unique_name(), .deadlock_timeout = {}};
  options.add_workflow<cancels_a_child_later>();
  options.add_activity<holds>();
  const RunningWorker worker{client(), options};
  const auto queue_without_a_worker = unique_name();
  struct Case {
    workflow::ChildWorkflowCancellationType type;
    std::ptrdiff_t tasks;  // two: the child may have started; three: it has
    client::WorkflowHandle<std::string> run;
  };
  std::vector<Case> cases;
  for (const auto type : {abandon, try_cancel, wait_cancellation_requested}) {
    for (const std::ptrdiff_t tasks : {2, 3}) {
      const client::StartOptions start{.id = unique_name(), .task_queue = options.task_queue, .task_timeout = 1s};
      const auto number = static_cast<int>(cases.size());
      cases.push_back(
          {type, tasks, client().start<cancels_a_child_later>(start, queue_without_a_worker, type, number).get()});
    }
  }
  const auto is_task = [](const auto& event) { return event.has_workflow_task_started_event_attributes(); };
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const auto& [type, tasks, run] = cases[i];
    for (std::ptrdiff_t seen = 0; seen < tasks; std::this_thread::sleep_for(10ms)) {
      const auto events = history_of(run);
      seen = std::ranges::count_if(events, is_task);
    }
    may_end.at(i) = true;
    if (type == wait_cancellation_requested) {
      // Core waits for the child's end all the same. This tells when it does not any more: then say so in the header.
      (void)wait_for_event(run, [](const auto& event) {
        return event.has_external_workflow_execution_cancel_requested_event_attributes();
      });
      client().workflow_handle(run.id() + "'").terminate().get();
      EXPECT_EQ(run.result().get(), "failed");
    } else {
      EXPECT_EQ(run.result().get(), "cancelled");
    }
    EXPECT_EQ(replay(options, run), "no error") << "case " << i;
  }
}

TEST_P(WorkflowCommands, PatchedCodeReplaysBothHistoriesAndItsSuccessorToo) {
  const auto run_with = [&](const workflow::Definition& definition, auto use) {
    auto worker_options = options();
    worker_options.add_workflow(definition);
    const RunningWorker worker{client(), worker_options};
    use();
  };
  const auto has_run = [](const client::WorkflowHandle<RawValue>& handle) {
    while (handle.describe().get().history_length < 4) std::this_thread::sleep_for(10ms);
  };
  const auto before = client().start("flow", start()).get();
  run_with(named<Unpatched>("flow"), [&] { has_run(before); });
  const auto middle = client().start("flow", start()).get();
  const auto late = client().start("flow", start()).get();
  run_with(named<Patched>("flow"), [&] {
    has_run(middle);
    has_run(late);
    before.signal("go", {}).get();
    middle.signal("go", {}).get();
    EXPECT_EQ(converter::from_payload<std::string>(before.result().get().payload), "old old");
    EXPECT_EQ(converter::from_payload<std::string>(middle.result().get().payload), "new new");
  });
  run_with(named<Deprecated>("flow"), [&] {
    late.signal("go", {}).get();
    EXPECT_EQ(converter::from_payload<std::string>(late.result().get().payload), "only new");
  });
}

TEST_P(WorkflowCommands, SearchAttributesOfEveryTypeArriveAsTheyWere) {
  auto worker_options = options();
  worker_options.add_workflow<has_attributes_of_every_type>();
  const RunningWorker worker{client(), worker_options};
  const auto handle = client().start<has_attributes_of_every_type>(start()).get();
  EXPECT_TRUE(handle.result().get());
  EXPECT_EQ(replay(worker_options, handle), "no error");
  // The server adds some of its own, such as who built it.
  const auto attributes = handle.describe().get().search_attributes;
  EXPECT_EQ(attributes.get(paid), true);
  EXPECT_EQ(attributes.get(due), Timestamp{1'770'000'000s});
  EXPECT_EQ(attributes.get(quantity), std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(attributes.get(tags), (std::vector<std::string>{"new", "größe"}));
  EXPECT_EQ(attributes.get(remark), "two words");
}

TEST_P(WorkflowCommands, PropertiesAreSeenFromOutsideAndLogLinesWrittenOnce) {
  std::mutex mutex;
  std::vector<std::string> messages;
  auto worker_options = options();
  worker_options.add_workflow(named<Shown>("shown"));
  worker_options.log = Logger::create({}, [&](std::string_view line) {
    const std::scoped_lock lock{mutex};
    messages.push_back(nlohmann::json::parse(line)["message"]);
  });
  const RunningWorker worker{client(), worker_options};
  auto start_options = start();
  start_options.priority = {.priority_key = 2};
  start_options.search_attributes = {customer.set("c-7")};
  start_options.memo = {{"dropped", converter::to_payload(1)}};
  const auto handle = client().start("shown", start_options).get();
  const auto metadata = handle.query<RawValue>("__temporal_workflow_metadata", {}).get();
  EXPECT_EQ(nlohmann::json::parse(metadata.payload.data)["currentDetails"], "waiting");
  const auto description = handle.describe().get();
  EXPECT_EQ(description.priority.priority_key, 2);
  EXPECT_EQ(description.search_attributes.get(total), 2.5);
  EXPECT_EQ(description.search_attributes.get(customer), std::nullopt);
  EXPECT_EQ(description.memo.size(), 1U);
  EXPECT_EQ(description.memo.at("note"), converter::to_payload("x"));
  handle.signal("go", {}).get();
  EXPECT_EQ(converter::from_payload<std::string>(handle.result().get().payload), "x");
  const std::scoped_lock lock{mutex};
  EXPECT_THAT(messages, ::testing::ElementsAre("started", "going"));
}
