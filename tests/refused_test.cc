// What core, gRPC or the server will not take from a worker: it fails one task or one attempt, at once, and nothing
// else.
#include "server_fixture.h"

#include <temporal/activity/activity.h>
#include <temporal/workflow/workflow.h>

#include <gmock/gmock.h>

#include <array>
#include <atomic>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

using namespace temporal;
using namespace std::chrono_literals;
using temporal::tests::ServerTest;
using ::testing::AllOf;
using ::testing::HasSubstr;
using Clock = std::chrono::steady_clock;

namespace {

/// A payload whose metadata has a key that is not UTF-8: no message can carry it.
RawValue unsendable() { return {{.metadata = {{"encoding", "binary/plain"}, {"\xff", "x"}}, .data = "x"}}; }

std::string hello(const std::string& name) { return "Hello, " + name + "!"; }
RawValue returns_the_unsendable() { return unsendable(); }
std::string returns_5_mb() { return std::string(5'000'000, 'x'); }
void fails_with_5_mb() {
  throw ApplicationError{"no", {.details = converter::to_payloads(std::string(5'000'000, 'x'))}};
}
void beats_5_mb() {
  activity::heartbeat(std::string(5'000'000, 'x'));
  for (const auto stop = activity::stop_token(); !stop.stop_requested();) std::this_thread::sleep_for(1ms);
  activity::throw_if_cancelled();
}
void leaves() { activity::complete_asynchronously(); }

std::vector<std::exception_ptr> failures() {
  const auto cause = std::make_exception_ptr(ApplicationError{"why"});
  return {std::make_exception_ptr(ActivityError{"no", {}, cause}),
          std::make_exception_ptr(CancelledError{"no"}),
          std::make_exception_ptr(ChildWorkflowError{"no", {}, cause}),
          std::make_exception_ptr(FailureError{"no"}),
          std::make_exception_ptr(NexusOperationError{"no", {}, cause}),
          std::make_exception_ptr(ResetWorkflowError{"no"}),
          std::make_exception_ptr(ServerError{"no"}),
          std::make_exception_ptr(TerminatedError{"no"}),
          std::make_exception_ptr(TimeoutError{"no", TimeoutType::start_to_close})};
}
std::array<std::atomic<int>, 9> attempts;
void fails_with(int index) {
  ++attempts.at(index);
  std::rethrow_exception(failures().at(index));
}

const workflow::ActivityOptions once{.start_to_close_timeout = 10min,
                                     .retry_policy = RetryPolicy{.maximum_attempts = 1}};

workflow::Task<std::string> healthy(std::string name) {
  co_return co_await workflow::execute_activity<hello>({.start_to_close_timeout = 10s}, name);
}
workflow::Task<RawValue> wants_the_unsendable() { co_return unsendable(); }
workflow::Task<std::string> wants_5_mb() { co_return std::string(5'000'000, 'x'); }
template <auto Activity>
workflow::Task<> calls() {
  co_await workflow::execute_activity<Activity>(once);
}
workflow::Task<> calls_at_home() {
  co_await workflow::execute_local_activity<leaves>(
      {.start_to_close_timeout = 10min, .retry_policy = RetryPolicy{.maximum_attempts = 1}});
}
/// Answers one of its queries with too much.
class Generous {
 public:
  workflow::Task<> run() {
    co_await workflow::wait_condition([this] { return done_; });
  }
  void finish() { done_ = true; }
  [[nodiscard]] std::string look() const { return std::string(5'000'000, 'x'); }
  [[nodiscard]] int count() const { return 0; }

 private:
  bool done_ = false;
};

workflow::Task<> calls_what_fails_with(int index) {
  co_await workflow::execute_activity<fails_with>(
      {.start_to_close_timeout = 10min, .retry_policy = RetryPolicy{.initial_interval = 1ms, .maximum_attempts = 2}},
      index);
}

class Refused : public ServerTest {
 protected:
  void SetUp() override {
    options_.add_workflow<healthy>();
    options_.add_activity<hello>();
  }
  /// Nothing that was refused keeps the worker from its work, or from its end.
  void TearDown() override {
    EXPECT_EQ(execute<healthy>("Ann"), "Hello, Ann!");
    worker_.reset();
  }
  void start_worker() {
    worker_.emplace(client(), options_);
    worker_->start();
  }
  template <auto Workflow, class... Arguments>
  auto start(const Arguments&... arguments) {
    return client().start<Workflow>({.id = unique_name(), .task_queue = options_.task_queue}, arguments...).get();
  }
  template <auto Workflow>
  std::string execute(const std::string& argument) {
    return start<Workflow>(argument).result().get();
  }
  template <class Handle>
  static std::string task_failure(const Handle& handle) {
    const auto failed =
        wait_for_event(handle, [](const auto& event) { return event.has_workflow_task_failed_event_attributes(); });
    handle.terminate().get();
    return failed.workflow_task_failed_event_attributes().failure().message();
  }
  std::string log() const {
    const std::scoped_lock lock{mutex_};
    return log_;
  }

  mutable std::mutex mutex_;
  std::string log_;
  worker::WorkerOptions options_{.task_queue = unique_name(), .log = Logger::create({}, [this](std::string_view line) {
                                                                const std::scoped_lock lock{mutex_};
                                                                log_ += line;
                                                              })};
  std::optional<worker::Worker> worker_;
};

}  // namespace

TEST_F(Refused, AWorkflowsResultThatNoMessageCanCarryFailsItsTask) {
  options_.add_workflow<wants_the_unsendable>();
  start_worker();
  EXPECT_THAT(task_failure(start<wants_the_unsendable>()), HasSubstr("UTF-8"));
}

TEST_F(Refused, AWorkflowsResultThatIsTooLargeFailsItsTask) {
  options_.add_workflow<wants_5_mb>();
  start_worker();
  EXPECT_THAT(task_failure(start<wants_5_mb>()), HasSubstr("TMPRL1103"));
}

TEST_F(Refused, AnActivitysResultThatNoMessageCanCarryFailsTheAttempt) {
  options_.add_workflow<calls<returns_the_unsendable>>();
  options_.add_activity<returns_the_unsendable>();
  start_worker();
  EXPECT_THAT(story_of_failure(start<calls<returns_the_unsendable>>()), HasSubstr("UTF-8"));
}

TEST_F(Refused, AnActivitysResultThatIsTooLargeFailsTheAttempt) {
  options_.add_workflow<calls<returns_5_mb>>();
  options_.add_activity<returns_5_mb>();
  start_worker();
  EXPECT_THAT(story_of_failure(start<calls<returns_5_mb>>()), HasSubstr("PayloadsTooLarge"));
  // What it is about stands beside its size, and nothing of what it holds.
  EXPECT_THAT(log(), AllOf(HasSubstr("TMPRL1103"), HasSubstr(R"("size":5000036)"),
                           HasSubstr(R"("activity_type":"returns_5_mb")"), HasSubstr(R"("workflow_id":")"),
                           Not(HasSubstr("xxxx")), Not(HasSubstr("120, 120")), Not(HasSubstr("task_token"))));
}

TEST_F(Refused, AnActivitysFailureThatIsTooLargeFailsTheAttemptAllTheSame) {
  options_.add_workflow<calls<fails_with_5_mb>>();
  options_.add_activity<fails_with_5_mb>();
  start_worker();
  EXPECT_THAT(story_of_failure(start<calls<fails_with_5_mb>>()),
              AllOf(HasSubstr("ApplicationError: no"), HasSubstr("of its details 5000036 bytes are left out")));
}

TEST_F(Refused, AHeartbeatThatIsTooLargeFailsTheAttemptAndStopsIt) {
  options_.add_workflow<calls<beats_5_mb>>();
  options_.add_activity<beats_5_mb>();
  start_worker();
  EXPECT_THAT(story_of_failure(start<calls<beats_5_mb>>()), HasSubstr("PayloadsTooLarge"));
}

TEST_F(Refused, AnAnswerToAQueryThatIsTooLargeFailsTheQueryAlone) {
  options_.add_workflow(workflow::definition<Generous>()
                            .run<&Generous::run>()
                            .signal<&Generous::finish>()
                            .query<&Generous::look>()
                            .query<&Generous::count>());
  start_worker();
  const auto handle = start<&Generous::run>();
  EXPECT_THROW((void)handle.query<&Generous::look>().get(), QueryFailedError);  // it may come with the first task
  EXPECT_EQ(handle.query<&Generous::count>().get(), 0);
  handle.signal<&Generous::finish>().get();
  handle.result().get();
}

TEST_F(Refused, ALocalActivityThatWouldCompleteElsewhereFails) {
  options_.add_workflow<calls_at_home>();
  options_.add_activity<leaves>();
  start_worker();
  EXPECT_THAT(story_of_failure(start<calls_at_home>()), HasSubstr("a local activity cannot complete asynchronously"));
}

TEST_F(Refused, WhatIsNoFailureOfAnApplicationFailsTheAttemptAndIsTriedAgain) {
  options_.add_workflow<calls_what_fails_with>();
  options_.add_activity<fails_with>();
  start_worker();
  std::vector<client::WorkflowHandle<void>> runs;
  for (int i = 0; i < static_cast<int>(failures().size()); ++i) runs.push_back(start<calls_what_fails_with>(i));
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const auto said = describe(failures()[i]);
    const auto type = said.substr(0, said.find(':'));
    EXPECT_THAT(story_of_failure(runs[i]), HasSubstr("ApplicationError(" + type + "): no"));
    EXPECT_EQ(attempts.at(i), 2) << type;
  }
}

TEST_F(Refused, TheReplayerReportsIt) {
  options_.add_workflow<wants_the_unsendable>();
  start_worker();
  auto handle = start<wants_the_unsendable>();
  (void)wait_for_event(handle, [](const auto& event) { return event.has_workflow_task_failed_event_attributes(); });
  auto good = start<healthy>(std::string{"Ann"});
  good.result().get();
  const std::vector histories{handle.fetch_history().get(), good.fetch_history().get()};
  handle.terminate().get();
  const auto results = temporal::testing::Replayer{options_}.replay_all(histories);
  EXPECT_THAT(describe(results.at(0).failure), HasSubstr("UTF-8"));
  EXPECT_EQ(describe(results.at(1).failure), "no error");
}
