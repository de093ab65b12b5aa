// Workflow features against a real server. No run stays in the cache, so that each task replays the whole history.
#include "server_fixture.h"

#include <temporal/activity/activity.h>
#include <temporal/common/errors.h>
#include <temporal/workflow/workflow.h>

#include <gmock/gmock.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

using namespace temporal;
using namespace std::chrono_literals;
using temporal::tests::RunningWorker;
using temporal::tests::ServerTest;
using ::testing::HasSubstr;

namespace {

std::string echo(const std::string& text) { return text; }
void until_cancelled() {
  while (!activity::stop_token().stop_requested()) activity::heartbeat();
  activity::throw_if_cancelled();
}

const workflow::ActivityOptions ten_seconds{.start_to_close_timeout = 10s};

workflow::Task<std::string> cleans_up_when_cancelled() {
  std::string ended = "completed";
  try {
    co_await workflow::execute_activity<until_cancelled>(
        {.start_to_close_timeout = 60s,
         .heartbeat_timeout = 10s,
         .cancellation_type = workflow::ActivityCancellationType::wait_cancellation_completed});
  } catch (const ActivityError&) {
    ended = is_cancellation(std::current_exception()) ? "cancelled" : "failed";
  }
  co_return co_await workflow::shielded(
      workflow::execute_activity<echo>(ten_seconds, ended + ": " + workflow::cancellation_reason()));
}

/// A scope that loses against a timer, with an activity and a condition in it.
workflow::Task<std::string> cancels_a_part() {
  const workflow::CancellationScope part;
  auto work = workflow::spawn(part.run([]() -> workflow::Task<> {
    co_await workflow::execute_activity<until_cancelled>({.start_to_close_timeout = 60s, .heartbeat_timeout = 10s});
  }));
  auto condition = workflow::spawn(part.run(workflow::wait_condition([] { return false; })));
  auto timer = workflow::start_timer(10ms, {.summary = "patience"});
  const auto first = co_await workflow::when_any(work, condition, timer);
  part.cancel("too slow");
  std::string text = std::to_string(first);
  try {
    co_await work;
  } catch (const ActivityError&) {
    text += is_cancellation(std::current_exception()) ? " activity" : "";
  }
  try {
    co_await condition;
  } catch (const CancelledError& error) {
    text += std::string{" "} + error.what();
  }
  co_return text;
}

workflow::Task<std::string> all_at_once() {
  auto [a, b, c] =
      co_await workflow::when_all(workflow::execute_activity<echo>(ten_seconds, "a"),
                                  workflow::execute_activity<echo>(ten_seconds, "b"), workflow::sleep(1ms));
  co_return a + b;
}

workflow::Task<std::string> waits_with_a_limit() {
  bool came = false;
  const auto come = workflow::set_signal_handler("come", [&] { came = true; });
  const auto waits = [&](Duration limit) -> workflow::Task<std::string> {
    const bool in_time = co_await workflow::wait_condition([&] { return came; }, limit);
    co_return in_time ? "came" : "gave up";
  };
  const auto first = co_await waits(10ms);
  co_return first + ", " + co_await waits(24h);
}

/// True when the second task, which replays the first, draws what the first one has drawn.
workflow::Task<bool> draws_at_random() {
  const auto drawn = workflow::uuid4() + std::to_string(workflow::random()());
  co_return drawn == co_await workflow::execute_activity<echo>(ten_seconds, drawn);
}

/// What the first task sees of the clock and of its history. The second task, which replays the first, compares.
workflow::Task<std::string> looks_around() {
  const auto seen = [] {
    const auto since_epoch = workflow::now().time_since_epoch();
    return std::vector<std::int64_t>{std::chrono::duration_cast<std::chrono::milliseconds>(since_epoch).count(),
                                     static_cast<std::int64_t>(workflow::history_length()),
                                     static_cast<std::int64_t>(workflow::history_size_bytes())};
  };
  const auto first = seen();
  const auto first_as_text = ::testing::PrintToString(first);
  const bool same = co_await workflow::execute_activity<echo>(ten_seconds, first_as_text) == first_as_text;
  const auto second = seen();
  const bool grown = second[0] >= first[0] && second[1] > first[1] && second[2] > first[2];
  co_return (same ? "the same, " : "not the same, ") + std::string{grown ? "and grown: " : "not grown: "} +
      first_as_text;
}

workflow::Task<> loses_a_failure() {
  {
    auto dropped = workflow::spawn([]() -> workflow::Task<> {
      co_await workflow::sleep(1ms);
      throw ApplicationError{"nobody awaits this"};
    }());
  }
  co_await workflow::wait_condition([] { return false; });
}

/// Four who want in, and two places. Gives who came in, and the most that were in at a time.
workflow::Task<std::string> lets_in_two_at_a_time() {
  workflow::Semaphore places{2};
  std::string entered;
  int inside = 0;
  int most = 0;
  const auto visit = [&](std::string name) -> workflow::Task<> {
    const auto place = co_await places.acquire();
    entered += name;
    most = std::max(most, ++inside);
    co_await workflow::execute_activity<echo>(ten_seconds, name);
    --inside;
  };
  co_await workflow::when_all(visit("a"), visit("b"), visit("c"), visit("d"));
  co_return entered + " " + std::to_string(most);
}

/// Handlers that wait for each other, and a main function that waits for all of them.
class Ledger {
 public:
  workflow::Task<std::string> run() {
    co_await workflow::wait_condition([this] { return closed_ && workflow::all_handlers_finished(); });
    co_return lines_;
  }
  workflow::Task<std::string> add(std::string line) {
    auto lock = co_await mutex_.lock();
    lines_ += "<" + line;
    lines_ += co_await workflow::execute_activity<echo>(ten_seconds, ">");
    co_return workflow::current_update_info()->name + " " + lines_;
  }
  void check(std::string line) const {
    if (line.empty()) throw ApplicationError{"an empty line"};
  }
  void close() { closed_ = true; }
  void other(std::string name, std::vector<RawValue> arguments) {
    lines_ += name + converter::from_payload<std::string>(arguments.at(0).payload);
  }

 private:
  workflow::Mutex mutex_;
  std::string lines_;
  bool closed_ = false;
};

workflow::Definition ledger() {
  return workflow::definition<Ledger>()
      .run<&Ledger::run>()
      .signal<&Ledger::close>()
      .dynamic_signal<&Ledger::other>()
      .update<&Ledger::add, &Ledger::check>();
}

workflow::Task<std::string> registers_its_handlers() {
  std::string text;
  co_await workflow::sleep(1ms);
  const auto add = workflow::set_signal_handler("add", [&](std::string more) { text += more; });
  co_await workflow::wait_condition([&] { return text.size() == 2; });
  co_return text;
}

workflow::Task<std::string> any_type(std::vector<RawValue> arguments) {
  co_return workflow::info().workflow_type + " " + converter::from_payload<std::string>(arguments.at(0).payload);
}

/// Asks for things and throws when it is destroyed.
struct Unruly {
  ~Unruly() noexcept(false) {
    if (!armed) return;
    const auto late = workflow::start_activity<echo>(ten_seconds, "from a destructor");
    throw std::runtime_error{"from a destructor"};
  }
  bool armed = true;
};

workflow::Task<std::string> is_evicted_with_an_unruly_object() {
  Unruly unruly;
  co_await workflow::sleep(1ms);
  const auto answer = co_await workflow::execute_activity<echo>(ten_seconds, "done");
  unruly.armed = false;
  co_return answer;
}

workflow::Task<std::string> fails_once() {
  co_await workflow::sleep(1ms);
  if (!workflow::last_failure()) throw ApplicationError{"out of ink"};
  co_return describe(workflow::last_failure()) + ", attempt " + std::to_string(workflow::info().attempt);
}

workflow::Task<int> counts_its_runs() {
  co_await workflow::sleep(1ms);
  co_return workflow::last_completion_result<int>().value_or(0) + 1;
}

workflow::Task<> out_of_domain() {
  co_await workflow::sleep(1ms);
  throw std::domain_error{"out of domain"};
}

/// Throws what no rule names, the first time that it comes so far.
std::atomic<int> defective_runs = 0;
workflow::Task<std::string> has_a_defect() {
  co_await workflow::sleep(1ms);
  if (++defective_runs == 1) throw std::runtime_error{"a defect of the code"};
  co_return "mended";
}

/// Handlers that throw.
class Fragile {
 public:
  workflow::Task<> run() {
    co_await workflow::wait_condition([] { return false; });
  }
  void refuse() { throw ApplicationError{"refused"}; }
  std::string mend() {
    if (++defective_runs == 1) throw std::runtime_error{"a defect of the handler"};
    return "mended";
  }
};

workflow::Definition fragile() {
  return workflow::definition<Fragile>()
      .run<&Fragile::run>()
      .signal<&Fragile::refuse>()
      .update<&Fragile::refuse>()
      .update<&Fragile::mend>();
}

// Two versions of one workflow, whose code does not go with the other's history.
namespace before {
workflow::Task<> changes() { co_await workflow::sleep(24h); }
}  // namespace before
namespace after {
workflow::Task<> changes() { co_await workflow::execute_activity<echo>(ten_seconds, "nobody"); }
}  // namespace after

class WorkflowFeaturesTest : public ServerTest {
 protected:
  static worker::WorkerOptions options() {
    worker::WorkerOptions options{
        .task_queue = unique_name(), .max_cached_workflows = 0, .max_heartbeat_throttle_interval = 100ms};
    options.deadlock_timeout = {};  // no task is repeated because the machine stood still
    options.add_activity<echo>();
    options.add_activity<until_cancelled>();
    return options;
  }
  /// What the failed tasks of the run say of themselves.
  template <class Handle>
  static std::vector<std::string> failures_of_tasks(const Handle& handle) {
    std::vector<std::string> messages;
    for (const auto& event : history_of(handle)) {
      if (event.has_workflow_task_failed_event_attributes()) {
        messages.push_back(event.workflow_task_failed_event_attributes().failure().message());
      }
    }
    return messages;
  }
  static client::StartOptions start(const worker::WorkerOptions& options) {
    return {.id = unique_name(), .task_queue = options.task_queue};
  }
};

}  // namespace

TEST_F(WorkflowFeaturesTest, ACancelledWorkflowCleansUpInAShieldedScope) {
  auto options = WorkflowFeaturesTest::options();
  options.add_workflow<cleans_up_when_cancelled>();
  const RunningWorker worker{client(), options};
  auto handle = client().start<cleans_up_when_cancelled>(start(options)).get();
  wait_for_event(handle, [](const auto& event) { return event.has_activity_task_scheduled_event_attributes(); });
  handle.cancel("closing time").get();
  EXPECT_EQ(handle.result().get(), "cancelled: closing time");
  EXPECT_EQ(replay(options, handle), "no error");
}

TEST_F(WorkflowFeaturesTest, AScopeIsCancelledWhileTheWorkflowGoesOn) {
  auto options = WorkflowFeaturesTest::options();
  options.add_workflow<cancels_a_part>();
  const RunningWorker worker{client(), options};
  auto handle = client().start<cancels_a_part>(start(options)).get();
  EXPECT_EQ(handle.result().get(), "2 activity condition cancelled: too slow");
  wait_for_event(handle, [](const auto& event) {
    return event.has_timer_started_event_attributes() && event.user_metadata().summary().data() == "\"patience\"";
  });
}

TEST_F(WorkflowFeaturesTest, TasksRunSideBySide) {
  auto options = WorkflowFeaturesTest::options();
  options.add_workflow<all_at_once>();
  const RunningWorker worker{client(), options};
  EXPECT_EQ(client().execute<all_at_once>(start(options)).get(), "ab");
}

TEST_F(WorkflowFeaturesTest, AConditionGivesUpAfterItsTimeout) {
  auto options = WorkflowFeaturesTest::options();
  options.add_workflow<waits_with_a_limit>();
  const RunningWorker worker{client(), options};
  const auto handle = client().start<waits_with_a_limit>(start(options)).get();
  // The task after the timer's: a signal that came before its end would be seen together with the timer.
  wait_for_event(handle, [](const auto& event) {
    constexpr auto first_task_completed = 4;
    return event.has_workflow_task_completed_event_attributes() && event.event_id() > first_task_completed;
  });
  handle.signal("come", {}).get();
  EXPECT_EQ(handle.result().get(), "gave up, came");
  EXPECT_EQ(replay(options, handle), "no error");
}

TEST_F(WorkflowFeaturesTest, RandomNumbersAreTheSameOnReplay) {
  auto options = WorkflowFeaturesTest::options();
  options.add_workflow<draws_at_random>();
  const RunningWorker worker{client(), options};
  EXPECT_TRUE(client().execute<draws_at_random>(start(options)).get());
}

TEST_F(WorkflowFeaturesTest, TheClockAndTheSizeOfTheHistoryAreTheSameOnReplay) {
  auto options = WorkflowFeaturesTest::options();
  options.add_workflow<looks_around>();
  const RunningWorker worker{client(), options};
  const auto began = std::chrono::system_clock::now();
  const auto handle = client().start<looks_around>(start(options)).get();
  EXPECT_THAT(handle.result().get(), ::testing::StartsWith("the same, and grown: "));
  const auto history = history_of(handle);
  const auto seen = converter::from_payload<std::string>(
      {.metadata = {{"encoding", "json/plain"}},
       .data = history.at(4).activity_task_scheduled_event_attributes().input().payloads(0).data()});
  const auto task_started = history.at(2).event_time().seconds();
  EXPECT_THAT(seen, ::testing::StartsWith("{ " + std::to_string(task_started)));
  EXPECT_THAT(seen, HasSubstr(", 3, ")) << "events: the start, its task, the start of the task";
  EXPECT_GE(task_started, std::chrono::floor<std::chrono::seconds>(began.time_since_epoch()).count());
  EXPECT_EQ(replay(options, handle), "no error");
}

TEST_F(WorkflowFeaturesTest, WhatDestructorsDoDuringAnEvictionDoesNotCount) {
  auto worker_options = options();
  worker_options.add_workflow<is_evicted_with_an_unruly_object>();
  const RunningWorker worker{client(), worker_options};
  const auto run = client().start<is_evicted_with_an_unruly_object>(start(worker_options)).get();
  EXPECT_EQ(run.result().get(), "done");
  const auto history = history_of(run);
  EXPECT_EQ(std::ranges::count_if(
                history, [](const auto& event) { return event.has_activity_task_scheduled_event_attributes(); }),
            1);
  EXPECT_TRUE(std::ranges::none_of(
      history, [](const auto& event) { return event.has_workflow_task_failed_event_attributes(); }));
}

TEST_F(WorkflowFeaturesTest, ARunKnowsWhatTheOneBeforeFailedWith) {
  auto worker_options = options();
  worker_options.add_workflow<fails_once>();
  const RunningWorker worker{client(), worker_options};
  auto start_options = start(worker_options);
  start_options.retry_policy = RetryPolicy{.initial_interval = 1ms, .maximum_attempts = 2};
  const auto text = client().execute<fails_once>(start_options).get();
  EXPECT_THAT(text, HasSubstr("out of ink"));
  EXPECT_THAT(text, HasSubstr("attempt 2"));
}

TEST_F(WorkflowFeaturesTest, ARunOfACronScheduleKnowsWhatTheOneBeforeGave) {
  auto worker_options = options();
  worker_options.add_workflow<counts_its_runs>();
  const RunningWorker worker{client(), worker_options};
  auto start_options = start(worker_options);
  start_options.cron_schedule = "@every 1s";
  (void)client().start<counts_its_runs>(start_options).get();
  const auto latest = client().workflow_handle(start_options.id);
  wait_for_event(latest, [](const auto& event) {
    const auto& before = event.workflow_execution_started_event_attributes().last_completion_result();
    return before.payloads_size() == 1 && std::stoi(before.payloads(0).data()) >= 2;
  });
  latest.terminate("enough").get();
}

TEST_F(WorkflowFeaturesTest, AFailureThatNobodyAwaitsFailsTheWorkflow) {
  auto options = WorkflowFeaturesTest::options();
  options.add_workflow<loses_a_failure>();
  const RunningWorker worker{client(), options};
  const auto handle = client().start<loses_a_failure>(start(options)).get();
  EXPECT_THAT(story_of_failure(handle), HasSubstr("nobody awaits this"));
  EXPECT_EQ(replay(options, handle), "no error");
}

TEST_F(WorkflowFeaturesTest, ASemaphoreLetsInAsManyAsItHasPermits) {
  auto options = WorkflowFeaturesTest::options();
  options.add_workflow<lets_in_two_at_a_time>();
  const RunningWorker worker{client(), options};
  const auto handle = client().start<lets_in_two_at_a_time>(start(options)).get();
  EXPECT_EQ(handle.result().get(), "abcd 2");
  EXPECT_EQ(replay(options, handle), "no error");
}

TEST_F(WorkflowFeaturesTest, HandlersThatWaitTakeTurnsAndAreWaitedFor) {
  auto options = WorkflowFeaturesTest::options();
  options.add_workflow(ledger());
  const RunningWorker worker{client(), options};
  auto handle = client().start<&Ledger::run>(start(options)).get();
  handle.signal("title", converter::to_payloads(std::string{": "})).get();
  auto first = handle.update<&Ledger::add>("one");
  EXPECT_EQ(first.get(), "add title: <one>");
  EXPECT_THROW(handle.update<&Ledger::add>("").get(), UpdateFailedError);
  auto second = handle.update<&Ledger::add>("two");
  auto third = handle.update<&Ledger::add>("three");
  second.get();
  third.get();
  handle.signal<&Ledger::close>().get();
  EXPECT_THAT(handle.result().get(), ::testing::AnyOf("title: <one><two><three>", "title: <one><three><two>"));
}

TEST_F(WorkflowFeaturesTest, SignalsWaitForAHandlerThatIsRegisteredLater) {
  auto options = WorkflowFeaturesTest::options();
  options.add_workflow<registers_its_handlers>();
  auto handle = client().start<registers_its_handlers>(start(options)).get();
  handle.signal("add", converter::to_payloads(std::string{"a"})).get();  // before the first task
  const RunningWorker worker{client(), options};
  handle.signal("add", converter::to_payloads(std::string{"b"})).get();
  EXPECT_EQ(handle.result().get(), "ab");
}

TEST_F(WorkflowFeaturesTest, ADynamicWorkflowRunsForATypeThatIsNotRegistered) {
  auto options = WorkflowFeaturesTest::options();
  options.add_workflow<all_at_once>();
  options.add_dynamic_workflow<any_type>();
  const RunningWorker worker{client(), options};
  auto handle = client().start("Invoice", start(options), converter::to_payloads(std::string{"seven"})).get();
  EXPECT_EQ(converter::from_payload<std::string>(handle.result().get().payload), "Invoice seven");
}

TEST_F(WorkflowFeaturesTest, AnExceptionThatNoRuleNamesFailsTheTaskWhichIsTriedAgain) {
  auto options = WorkflowFeaturesTest::options();
  options.add_workflow<has_a_defect>();
  const RunningWorker worker{client(), options};
  defective_runs = 0;
  const auto handle = client().start<has_a_defect>(start(options)).get();
  EXPECT_EQ(handle.result().get(), "mended");
  EXPECT_THAT(failures_of_tasks(handle), ::testing::ElementsAre("a defect of the code"));
  EXPECT_EQ(replay(options, handle), "no error");
}

TEST_F(WorkflowFeaturesTest, WhatAHandlerThrowsFailsTheUpdateTheTaskOrTheWorkflow) {
  auto options = WorkflowFeaturesTest::options();
  options.add_workflow(fragile());
  const RunningWorker worker{client(), options};
  defective_runs = 0;
  const auto handle = client().start<&Fragile::run>(start(options)).get();
  EXPECT_THROW(handle.update<&Fragile::refuse>().get(), UpdateFailedError);
  EXPECT_THAT(failures_of_tasks(handle), ::testing::IsEmpty());
  EXPECT_EQ(handle.update<&Fragile::mend>().get(), "mended");
  EXPECT_THAT(failures_of_tasks(handle), ::testing::ElementsAre("a defect of the handler"));
  handle.signal<&Fragile::refuse>().get();
  EXPECT_THAT(story_of_failure(handle), HasSubstr("refused"));
  EXPECT_EQ(replay(options, handle), "no error");
}

TEST_F(WorkflowFeaturesTest, AnExceptionTypeThatIsNamedFailsTheWorkflow) {
  auto options = WorkflowFeaturesTest::options();
  options.add_workflow<out_of_domain>({.failure_exception_types = workflow::failure_types<std::logic_error>()});
  const RunningWorker worker{client(), options};
  const auto handle = client().start<out_of_domain>(start(options)).get();
  EXPECT_THAT(story_of_failure(handle), HasSubstr("out of domain"));
  EXPECT_EQ(replay(options, handle), "no error");
}

TEST_F(WorkflowFeaturesTest, TheWorkerCanNameExceptionTypesForAllWorkflows) {
  auto options = WorkflowFeaturesTest::options();
  options.add_workflow<out_of_domain>();
  options.workflow_failure_exception_types = workflow::failure_types<std::logic_error>();
  const RunningWorker worker{client(), options};
  const auto handle = client().start<out_of_domain>(start(options)).get();
  EXPECT_THAT(story_of_failure(handle), HasSubstr("out of domain"));
  EXPECT_EQ(replay(options, handle), "no error");
}

TEST_F(WorkflowFeaturesTest, NondeterminismFailsTheWorkflowWhereTheWorkerSaysSo) {
  auto options = WorkflowFeaturesTest::options();
  options.nondeterminism_fails_workflow = true;
  auto handle = client().start("changes", start(options), {}).get();
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
  EXPECT_THAT(story_of_failure(handle), HasSubstr("[TMPRL1100]"));
}
