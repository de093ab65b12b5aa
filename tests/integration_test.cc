// The SDK against a real server, without Lambda.
#include "server_fixture.h"

#include <temporal/activity/activity.h>
#include <temporal/common/errors.h>
#include <temporal/workflow/workflow.h>

#include <temporal/api/history/v1/message.pb.h>

#include <gmock/gmock.h>

#include <atomic>
#include <future>
#include <latch>
#include <thread>
#include <vector>

using namespace temporal;
using namespace std::chrono_literals;
using temporal::tests::RunningWorker;
using temporal::tests::ServerTest;
using ::testing::AllOf;
using ::testing::HasSubstr;

namespace {

std::string greet(const std::string& name) { return "Hello, " + name + "!"; }

workflow::Task<std::string> hello(std::string name) {
  co_return co_await workflow::execute_activity<greet>({.start_to_close_timeout = 10s}, name);
}

int fails_twice() {
  const int attempt = activity::info().attempt;
  if (attempt < 3) throw std::runtime_error{"attempt " + std::to_string(attempt)};
  return attempt;
}

workflow::Task<int> retries() {
  co_return co_await workflow::execute_activity<fails_twice>(
      {.start_to_close_timeout = 10s, .retry_policy = RetryPolicy{.initial_interval = 1ms}});
}

void declines() { throw ApplicationError{"no money", {.type = "CardDeclined", .non_retryable = true}}; }
workflow::Task<> declined() { co_await workflow::execute_activity<declines>({.start_to_close_timeout = 10s}); }

workflow::Task<bool> nap() {
  const auto before = workflow::now();
  co_await workflow::sleep(200ms);
  co_return workflow::now() - before >= 200ms;
}

std::atomic<int> steps_run = 0;
int step(int n) {
  ++steps_run;
  return n;
}

/// Ten steps, each its own workflow task.
workflow::Task<int> ten_steps(int first) {
  int sum = 0;
  for (int n = 0; n < 10; ++n)
    sum += co_await workflow::execute_activity<step>({.start_to_close_timeout = 10s}, first + n);
  co_return sum;
}

class Gate {
 public:
  workflow::Task<std::string> run() {
    co_await workflow::wait_condition([this] { return opened_; });
    co_return co_await workflow::execute_activity<greet>({.start_to_close_timeout = 10s}, by_);
  }
  void open(std::string by) {
    by_ = std::move(by);
    opened_ = true;
  }
  bool is_open() const { return opened_; }
  workflow::Task<int> ask(int n) {
    co_await workflow::sleep(1ms);
    co_return 2 * n;
  }
  void validate_ask(int n) const {
    if (n < 0) throw ApplicationError{"ask for more"};
  }

 private:
  bool opened_ = false;
  std::string by_;
};

workflow::Definition gate() {
  return workflow::definition<Gate>()
      .run<&Gate::run>()
      .signal<&Gate::open>()
      .query<&Gate::is_open>()
      .update<&Gate::ask, &Gate::validate_ask>();
}

/// So many steps here and elsewhere, one after the other, until it waits at a door: a history of several pages.
class LongWay {
 public:
  workflow::Task<int> run(int steps) {
    int sum = 0;
    for (int n = 0; n < steps; ++n) {
      sum += co_await workflow::execute_local_activity<step>({.start_to_close_timeout = 10s}, n);
      sum += co_await workflow::execute_activity<step>({.start_to_close_timeout = 10s}, n);
    }
    arrived_ = true;
    co_await workflow::wait_condition([this] { return opened_; });
    co_return sum;
  }
  workflow::Task<bool> arrive() {
    co_await workflow::wait_condition([this] { return arrived_; });
    co_return opened_;
  }
  void open() { opened_ = true; }

 private:
  bool arrived_ = false;
  bool opened_ = false;
};

std::latch* cancelled_activity_started = nullptr;
void until_cancelled() {
  cancelled_activity_started->count_down();
  while (!activity::stop_token().stop_requested()) activity::heartbeat();
  activity::throw_if_cancelled();
}
workflow::Task<> runs_until_cancelled() {
  co_await workflow::execute_activity<until_cancelled>(
      {.start_to_close_timeout = 60s,
       .heartbeat_timeout = 10s,
       .cancellation_type = workflow::ActivityCancellationType::wait_cancellation_completed});
}

// Two versions of one workflow, whose code does not go with the other's history.
namespace before {
workflow::Task<> changes() { co_await workflow::sleep(24h); }
}  // namespace before
namespace after {
workflow::Task<> changes() { co_await workflow::execute_activity<greet>({.start_to_close_timeout = 10s}, "nobody"); }
}  // namespace after

class IntegrationTest : public ServerTest {};

}  // namespace

TEST_F(IntegrationTest, AWorkflowRunsAnActivity) {
  worker::WorkerOptions options{.task_queue = unique_name()};
  options.add_workflow<hello>();
  options.add_activity<greet>();
  const RunningWorker worker{client(), options};
  EXPECT_EQ(
      client().execute<hello>({.id = unique_name(), .task_queue = options.task_queue}, std::string{"World"}).get(),
      "Hello, World!");
}

TEST_F(IntegrationTest, AnActivityThatFailsIsRetried) {
  worker::WorkerOptions options{.task_queue = unique_name()};
  options.add_workflow<retries>();
  options.add_activity<fails_twice>();
  const RunningWorker worker{client(), options};
  EXPECT_EQ(client().execute<retries>({.id = unique_name(), .task_queue = options.task_queue}).get(), 3);
}

TEST_F(IntegrationTest, AFailureReachesTheClientWithItsWholeChain) {
  worker::WorkerOptions options{.task_queue = unique_name()};
  options.add_workflow<declined>();
  options.add_activity<declines>();
  const RunningWorker worker{client(), options};
  try {
    client().execute<declined>({.id = unique_name(), .task_queue = options.task_queue}).get();
    FAIL() << "no error";
  } catch (const WorkflowFailedError& error) {
    EXPECT_THAT(describe(error.cause()), AllOf(HasSubstr("CardDeclined"), HasSubstr("no money")));
  }
}

TEST_F(IntegrationTest, ATimerFires) {
  worker::WorkerOptions options{.task_queue = unique_name()};
  options.add_workflow<nap>();
  const RunningWorker worker{client(), options};
  EXPECT_TRUE(client().execute<nap>({.id = unique_name(), .task_queue = options.task_queue}).get());
}

TEST_F(IntegrationTest, WorkflowsThatEvictEachOtherReplayAndComplete) {
  worker::WorkerOptions options{.task_queue = unique_name(), .max_cached_workflows = 1};
  options.add_workflow<ten_steps>();
  options.add_activity<step>();
  const RunningWorker worker{client(), options};
  steps_run = 0;
  auto one = client().execute<ten_steps>({.id = unique_name(), .task_queue = options.task_queue}, 0);
  auto two = client().execute<ten_steps>({.id = unique_name(), .task_queue = options.task_queue}, 100);
  EXPECT_EQ(one.get(), 45);
  EXPECT_EQ(two.get(), 1045);
  EXPECT_EQ(steps_run, 20);
}

TEST_F(IntegrationTest, ASignalAndAQueryReachTheWorkflow) {
  worker::WorkerOptions options{.task_queue = unique_name()};
  options.add_workflow(gate());
  options.add_activity<greet>();
  const RunningWorker worker{client(), options};
  auto handle = client().start<&Gate::run>({.id = unique_name(), .task_queue = options.task_queue}).get();
  EXPECT_FALSE(handle.query<&Gate::is_open>().get());
  handle.signal<&Gate::open>("Ann").get();
  EXPECT_EQ(handle.result().get(), "Hello, Ann!");
}

TEST_F(IntegrationTest, AnUpdateIsAnsweredAndAnUnwelcomeOneRejected) {
  worker::WorkerOptions options{.task_queue = unique_name()};
  options.add_workflow(gate());
  options.add_activity<greet>();
  const RunningWorker worker{client(), options};
  auto handle = client().start<&Gate::run>({.id = unique_name(), .task_queue = options.task_queue}).get();
  EXPECT_EQ(handle.update<&Gate::ask>(21).get(), 42);
  EXPECT_THROW(handle.update<&Gate::ask>(-1).get(), UpdateFailedError);
  handle.signal<&Gate::open>("Ann").get();
  EXPECT_EQ(handle.result().get(), "Hello, Ann!");
}

TEST_F(IntegrationTest, AWorkflowGoesOnAfterItsWorkerRestarts) {
  worker::WorkerOptions options{.task_queue = unique_name()};
  options.add_workflow(gate());
  options.add_activity<greet>();
  auto handle = client().start<&Gate::run>({.id = unique_name(), .task_queue = options.task_queue}).get();
  {
    const RunningWorker first{client(), options};
    EXPECT_FALSE(handle.query<&Gate::is_open>().get());  // its first task is done
  }
  handle.signal<&Gate::open>("the second worker").get();
  const RunningWorker second{client(), options};
  EXPECT_EQ(handle.result().get(), "Hello, the second worker!");
}

TEST_F(IntegrationTest, ARunWithAHistoryOfSeveralPagesGoesOnAfterItsWorkerRestarts) {
  constexpr auto steps = 80;
  constexpr auto two_pages = 512;
  worker::WorkerOptions options{.task_queue = unique_name()};
  options.add_workflow(
      workflow::definition<LongWay>().run<&LongWay::run>().update<&LongWay::arrive>().signal<&LongWay::open>());
  options.add_activity<step>();
  steps_run = 0;
  auto handle = client().start<&LongWay::run>({.id = unique_name(), .task_queue = options.task_queue}, steps).get();
  {
    const RunningWorker first{client(), options};
    EXPECT_FALSE(handle.update<&LongWay::arrive>().get());
  }
  EXPECT_EQ(steps_run, 2 * steps);
  EXPECT_GT(history_of(handle).size(), two_pages);
  handle.signal<&LongWay::open>().get();
  {
    const RunningWorker second{client(), options};
    EXPECT_EQ(handle.result().get(), steps * (steps - 1));
  }
  EXPECT_EQ(steps_run, 2 * steps) << "nothing runs again";
  EXPECT_EQ(replay(options, handle), "no error");
}

TEST_F(IntegrationTest, CodeThatDoesNotFitTheHistoryIsANondeterminismError) {
  worker::WorkerOptions options{.task_queue = unique_name(), .max_cached_workflows = 0};
  options.add_activity<greet>();
  auto handle = client().start("changes", {.id = unique_name(), .task_queue = options.task_queue}).get();
  {
    auto old_code = options;
    old_code.add_workflow<before::changes>();
    const RunningWorker worker{client(), old_code};
    wait_for_event(handle, [](const auto& event) { return event.has_timer_started_event_attributes(); });
  }
  auto new_code = options;
  new_code.add_workflow<after::changes>();
  const RunningWorker worker{client(), new_code};
  handle.signal("wake_up", {}).get();
  wait_for_event(handle, [](const auto& event) {
    return event.workflow_task_failed_event_attributes().cause() ==
               api::enums::v1::WORKFLOW_TASK_FAILED_CAUSE_NON_DETERMINISTIC_ERROR &&
           event.workflow_task_failed_event_attributes().failure().message().find("[TMPRL1100]") != std::string::npos;
  });
  handle.terminate("not needed").get();
}

TEST_F(IntegrationTest, ACancelledWorkflowCancelsItsActivityAndIsReportedAsCancelled) {
  worker::WorkerOptions options{.task_queue = unique_name(), .max_heartbeat_throttle_interval = 100ms};
  options.add_workflow<runs_until_cancelled>();
  options.add_activity<until_cancelled>();
  std::latch started{1};
  cancelled_activity_started = &started;
  const RunningWorker worker{client(), options};
  auto handle = client().start<runs_until_cancelled>({.id = unique_name(), .task_queue = options.task_queue}).get();
  started.wait();
  handle.cancel().get();
  try {
    handle.result().get();
    FAIL() << "no error";
  } catch (const WorkflowFailedError& error) {
    EXPECT_THROW(std::rethrow_exception(error.cause()), CancelledError);
  }
}

TEST_F(IntegrationTest, AnUnknownNamespaceIsRefusedWhenTheWorkerStarts) {
  auto elsewhere = client::Client::connect({.address = address(), .namespace_ = "nowhere"});
  worker::WorkerOptions options{.task_queue = "queue"};
  options.add_activity<greet>();
  worker::Worker worker{elsewhere, options};
  EXPECT_THROW(worker.start(), RpcError);
}

TEST_F(IntegrationTest, AStuckActivityIsAbandonedAtTheDeadline) {
  static std::promise<void> release;
  static const auto released = release.get_future().share();
  static std::latch started{1};
  struct Stuck {
    static void wait() {
      started.count_down();
      released.wait();
    }
  };
  worker::WorkerOptions options{.task_queue = unique_name()};
  options.add_activity({.name = "stuck", .run = [](const auto&) {
                          Stuck::wait();
                          return converter::null_payload();
                        }});
  struct Caller {
    static workflow::Task<> run() {
      co_await workflow::execute_activity_named<void>("stuck", {.start_to_close_timeout = 60s}, {});
    }
  };
  options.add_workflow(workflow::Definition{.name = "caller", .run = workflow::detail::run_erased<&Caller::run>});
  worker::Worker worker{client(), options};
  worker.start();
  auto handle = client().start("caller", {.id = unique_name(), .task_queue = options.task_queue}).get();
  started.wait();
  EXPECT_FALSE(worker.shutdown(std::chrono::steady_clock::now() + 200ms));
  release.set_value();
  handle.terminate("done").get();
}
