// Interceptors around what a worker runs, against a real server. No run stays in the cache, so that each task replays
// the whole history, and all its links are called again.
#include "notes.h"
#include "server_fixture.h"

#include <temporal/activity/activity.h>
#include <temporal/common/errors.h>
#include <temporal/workflow/workflow.h>

#include <gmock/gmock.h>

#include <algorithm>
#include <chrono>
#include <iterator>
#include <memory>
#include <string>
#include <utility>
#include <vector>

using namespace temporal;
using namespace std::chrono_literals;
using temporal::tests::Notes;
using temporal::tests::RunningWorker;
using temporal::tests::ServerTest;
using temporal::tests::trace_in;
using ::testing::HasSubstr;
using ::testing::IsSupersetOf;

namespace {

int beats(int n) {
  const auto last = activity::heartbeat_details<std::string>();
  if (!last) {
    activity::heartbeat(n);
    throw ApplicationError{"not at the first time"};
  }
  return static_cast<int>(last->size());
}
temporal::Task<int> twice(int n) { co_return 2 * n; }

class Counter {
 public:
  workflow::Task<int> run(int first) {
    sum_ += first;  // a signal may have come before
    co_await workflow::wait_condition([this] { return closed_; });
    co_return sum_;
  }
  void add(int n) { sum_ += n; }
  void close() { closed_ = true; }
  int sum() const { return sum_; }
  workflow::Task<int> set(int n) {
    co_await workflow::sleep(1ms);
    co_return sum_ = n;
  }
  void check_set(int n) const {
    if (n < 0) throw ApplicationError{"no debts"};
  }

 private:
  int sum_ = 0;
  bool closed_ = false;
};

workflow::Definition counter() {
  return workflow::definition<Counter>()
      .run<&Counter::run>()
      .signal<&Counter::add>()
      .signal<&Counter::close>()
      .query<&Counter::sum>()
      .update<&Counter::set, &Counter::check_set>();
}

/// Asks for one thing of each kind.
workflow::Task<int> asks_for_everything(bool again, std::string other) {
  if (again) co_return 0;
  const int slow = co_await workflow::execute_activity<beats>(
      {.start_to_close_timeout = 10s, .heartbeat_timeout = 5s, .retry_policy = RetryPolicy{.initial_interval = 1ms}},
      1);
  const int quick = co_await workflow::execute_local_activity<twice>({.start_to_close_timeout = 10s}, slow);
  co_await workflow::sleep(1ms);
  auto child = co_await workflow::start_child_workflow<&Counter::run>({}, quick);
  co_await child.signal<&Counter::add>(1);
  co_await child.signal<&Counter::close>();
  const int sum = co_await child;
  co_await workflow::external_workflow_handle<&Counter::run>(other).signal<&Counter::add>(sum);
  co_await workflow::external_workflow_handle<&Counter::run>(other).cancel("done");
  workflow::continue_as_new<asks_for_everything>({}, true, other);
}

/// Notes what passes it, but for replays, and signs the headers of all that the run asks for.
class Run : public workflow::RunInterceptor {
 public:
  Run(std::string name, Notes& seen) : name_(std::move(name)), seen_(seen) {}

  workflow::Task<Payload> execute(workflow::ExecuteInput input) override {
    note("run " + input.workflow_type + " of " + trace_in(input.headers));
    return RunInterceptor::execute(std::move(input));
  }
  workflow::Task<Payload> handle_signal(workflow::SignalInput input) override {
    note("signal " + input.name + " of " + trace_in(input.headers));
    return RunInterceptor::handle_signal(std::move(input));
  }
  workflow::Task<Payload> handle_update(workflow::UpdateInput input) override {
    note("update " + input.name);
    auto result = co_await RunInterceptor::handle_update(std::move(input));
    note("updated");
    co_return result;
  }
  void validate_update(const workflow::UpdateInput& input) override {
    note("validate " + input.name);
    RunInterceptor::validate_update(input);
  }
  Payload handle_query(const workflow::QueryInput& input) override {
    seen_.add(name_ + " query " + input.name);  // a query may come with a replay
    return RunInterceptor::handle_query(input);
  }

  void schedule_activity(workflow::ScheduleActivityInput& input) override {
    sign(input.headers);
    RunInterceptor::schedule_activity(input);
  }
  void schedule_local_activity(workflow::ScheduleLocalActivityInput& input) override {
    sign(input.headers);
    RunInterceptor::schedule_local_activity(input);
  }
  void start_child_workflow(workflow::StartChildWorkflowInput& input) override {
    sign(input.headers);
    RunInterceptor::start_child_workflow(input);
  }
  void signal_workflow(workflow::SignalWorkflowInput& input) override {
    sign(input.headers);
    RunInterceptor::signal_workflow(input);
  }
  void cancel_external_workflow(workflow::CancelExternalWorkflowInput& input) override {
    input.reason += " " + name_;
    RunInterceptor::cancel_external_workflow(input);
  }
  void start_timer(workflow::StartTimerInput& input) override {
    note("timer");
    RunInterceptor::start_timer(input);
  }
  void continue_as_new(workflow::ContinueAsNewInput& input) override {
    sign(input.headers);
    RunInterceptor::continue_as_new(input);
  }

 private:
  void note(const std::string& what) {
    if (!workflow::is_replaying()) seen_.add(name_ + " " + what);
  }
  void sign(Headers& headers) const {
    const auto before = headers.contains("trace") ? trace_in(headers) : "";
    headers["trace"] = converter::to_payload(before + name_);
  }

  std::string name_;
  Notes& seen_;
};

/// Notes each attempt, and writes its own name into what it says of its progress.
class Attempt : public activity::AttemptInterceptor {
 public:
  Attempt(std::string name, Notes& seen) : name_(std::move(name)), seen_(seen) {}

  temporal::Task<Payload> execute(activity::ExecuteInput input) override {
    const auto& info = activity::info();
    seen_.add(name_ + " attempt " + std::to_string(info.attempt) + " at " + info.activity_type + " of " +
              trace_in(input.headers));
    auto result = co_await AttemptInterceptor::execute(std::move(input));
    seen_.add(name_ + " end of " + info.activity_type);
    co_return result;
  }
  void heartbeat(activity::HeartbeatInput& input) override {
    input.details = converter::to_payloads(name_ + name_);
    AttemptInterceptor::heartbeat(input);
  }

 private:
  std::string name_;
  Notes& seen_;
};

class Noting : public worker::Interceptor {
 public:
  Noting(std::string name, Notes& seen) : name_(std::move(name)), seen_(seen) {}
  std::unique_ptr<workflow::RunInterceptor> intercept_workflow(const workflow::Info& /*info*/) override {
    return std::make_unique<Run>(name_, seen_);
  }
  std::unique_ptr<activity::AttemptInterceptor> intercept_activity(const activity::Info& /*info*/) override {
    return std::make_unique<Attempt>(name_, seen_);
  }

 private:
  std::string name_;
  Notes& seen_;
};

class RunInterceptorTest : public ServerTest {
 protected:
  worker::WorkerOptions options(const std::vector<std::string>& names) {
    worker::WorkerOptions options{.task_queue = unique_name(), .max_cached_workflows = 0};
    options.add_workflow(counter());
    options.add_workflow<asks_for_everything>();
    options.add_activity<beats>();
    options.add_activity<twice>();
    for (const auto& name : names) options.interceptors.push_back(std::make_shared<Noting>(name, seen_));
    return options;
  }
  static client::StartOptions start(const worker::WorkerOptions& options) {
    return {.id = unique_name(), .task_queue = options.task_queue};
  }

  Notes seen_;
};

}  // namespace

TEST_F(RunInterceptorTest, SeesWhatReachesAWorkflow) {
  const auto options = RunInterceptorTest::options({"a", "b"});
  const RunningWorker worker{client(), options};
  const auto handle = client().start<&Counter::run>(start(options), 1).get();
  handle.signal<&Counter::add>(2).get();
  EXPECT_EQ(handle.query<&Counter::sum>().get(), 3);
  EXPECT_THROW(handle.update<&Counter::set>(-1).get(), UpdateFailedError);
  EXPECT_EQ(handle.update<&Counter::set>(7).get(), 7);
  handle.signal<&Counter::close>().get();
  EXPECT_EQ(handle.result().get(), 7);
  EXPECT_EQ(replay(options, handle), "no error");
  std::vector<std::string> of_a;
  for (const auto& line : seen_.lines()) {
    if (line.starts_with("a ")) of_a.push_back(line.substr(2));
  }
  EXPECT_THAT(of_a, IsSupersetOf({"run Counter of none", "signal add of none", "query sum", "validate set",
                                  "update set", "timer", "updated", "signal close of none"}));
  const auto lines = seen_.lines();
  const auto first = std::ranges::find(lines, "a update set");
  ASSERT_NE(first, lines.end());
  EXPECT_EQ(*std::next(first), "b update set") << "the first one is outermost";
}

TEST_F(RunInterceptorTest, SignsWhatAWorkflowAsksForAndSeesItArrive) {
  const auto options = RunInterceptorTest::options({"a", "b"});
  const RunningWorker worker{client(), options};
  const auto other = client().start<&Counter::run>(start(options), 1).get();
  const auto handle = client().start<asks_for_everything>(start(options), false, other.id()).get();
  EXPECT_EQ(handle.result().get(), 0);
  EXPECT_THROW(other.result().get(), WorkflowFailedError);
  const auto first_run = client().workflow_handle<asks_for_everything>(handle.id(), handle.first_run_id());
  EXPECT_EQ(replay(options, first_run), "no error");
  EXPECT_EQ(replay(options, other), "no error");

  EXPECT_THAT(seen_.lines(), IsSupersetOf({"a attempt 1 at beats of ab", "a attempt 2 at beats of ab", "b end of beats",
                                           "a attempt 1 at twice of ab", "a timer", "a run Counter of ab",
                                           "a signal add of ab", "a run asks_for_everything of ab"}));
  EXPECT_THAT(other.fetch_history().get().bytes, HasSubstr("done a b")) << "the reason of its cancellation";
}
