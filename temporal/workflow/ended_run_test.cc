#include <temporal/workflow/spawn.h>

#include <temporal/common/errors.h>
#include <temporal/workflow/detail/driven_run.h>
#include <temporal/workflow/workflow.h>

#include <gmock/gmock.h>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

using namespace temporal;
using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using workflow::detail::DrivenRun;
using workflow::detail::result_of;

// What is left of a run that has ended. AddressSanitizer watches what refers to the main function's locals.

namespace {

const workflow::ActivityOptions options{.start_to_close_timeout = 1s};

/// Ends with a timer while tasks refer to its locals: one asks a condition, one gets its result in the same task, one
/// holds a lock, one waits for it.
workflow::Task<std::string> leaves_tasks_behind(std::string how) {
  bool stop = false;
  std::string result(100, 'x');
  workflow::Mutex mutex;
  std::vector<std::string> seen;
  const auto handler = workflow::set_signal_handler("seen", [&](std::string what) -> workflow::Task<> {
    co_await workflow::wait_condition([&] { return stop; });
    seen.push_back(what);
  });
  auto asks = workflow::spawn(
      [&]() -> workflow::Task<> { co_await workflow::wait_condition([&] { return stop || !seen.empty(); }); });
  auto writes = workflow::spawn([&]() -> workflow::Task<> {
    result = co_await workflow::execute_activity_named<std::string>("slow", options, {});
    seen.push_back(result);
  });
  auto holds = workflow::spawn([&]() -> workflow::Task<> {
    const auto lock = co_await mutex.lock();
    co_await workflow::sleep(1h);
  });
  auto waits = workflow::spawn([&]() -> workflow::Task<> {
    const auto lock = co_await mutex.lock();
    seen.emplace_back("locked");
  });
  co_await workflow::sleep(1s);
  if (how == "fail") throw ApplicationError{"on purpose"};
  if (how == "continue") workflow::continue_as_new<leaves_tasks_behind>({}, "return");
  co_return how;
}

/// What goes on after the end would show here.
std::vector<std::string>& diary() {
  static std::vector<std::string> entries;
  return entries;
}

class Busy {
 public:
  workflow::Task<std::string> run() {
    auto spawned = workflow::spawn(write_after_a_wait("task"));
    co_await workflow::wait_condition([this] { return ended_; });
    co_return "ended";
  }
  workflow::Task<> write_after_a_wait(std::string what) {
    co_await workflow::wait_condition([this] { return ended_; });
    diary().push_back(what);
    co_await workflow::execute_activity_named<void>("later", options, {});
    diary().push_back(what + " went on");
  }
  workflow::Task<int> answer(int n) {
    co_await workflow::wait_condition([this] { return ended_; });
    co_return n;
  }
  void end() { ended_ = true; }
  workflow::Task<> fail() {
    co_await workflow::sleep(1s);
    throw ApplicationError{"a handler failed"};
  }
  int ended() const { return ended_ ? 1 : 0; }

 private:
  bool ended_ = false;
};

workflow::Definition busy() {
  return workflow::definition<Busy>()
      .run<&Busy::run>()
      .signal<&Busy::end>()
      .signal<&Busy::fail>()
      .signal<&Busy::write_after_a_wait>()
      .update<&Busy::answer>()
      .query<&Busy::ended>();
}

struct Noisy {
  std::string name;
  ~Noisy() {
    diary().push_back(name);
    auto ignored = workflow::start_activity_named<void>("from a destructor", options, {});
    ignored.cancel();
  }
};

workflow::Task<> ends_in_order() {
  const auto hold = [](std::string name) -> workflow::Task<> {
    const Noisy noisy{name};
    co_await workflow::sleep(1h);
  };
  auto first = workflow::spawn(hold("oldest"));
  auto second = workflow::spawn(hold("middle"));
  auto third = workflow::spawn(hold("youngest"));
  co_await workflow::sleep(1s);
}

workflow::Task<std::string> loses_a_failure(std::string how) {
  try {
    auto audit = workflow::spawn([]() -> workflow::Task<> {
      co_await workflow::sleep(1s);
      throw ApplicationError{"the audit log is full"};
    });
    co_await workflow::sleep(2s);
    throw ApplicationError{"handled"};
  } catch (const ApplicationError&) {
    if (how == "fail") throw ApplicationError{"what ended it"};
    if (how == "continue") workflow::continue_as_new<loses_a_failure>({}, std::string{"return"});
  }
  co_return "all is well";
}

/// The last handle of a task that failed is in the frame of another one, which ends with the main function.
workflow::Task<std::string> leaves_a_failure_to_a_task() {
  {
    auto fails = workflow::spawn([]() -> workflow::Task<> {
      co_await workflow::sleep(1s);
      throw ApplicationError{"nobody saw it"};
    });
    auto waits = workflow::spawn([fails]() -> workflow::Task<> {
      co_await workflow::sleep(1h);
      co_await fails;
    });
  }
  co_await workflow::sleep(1s);
  co_return "all is well";
}

/// Its update answers with what two tasks of its own have found, after the main function has ended.
class Finisher {
 public:
  workflow::Task<std::string> run() {
    co_await workflow::wait_condition([this] { return done_; });
    ended_ = true;
    co_return "ended";
  }
  workflow::Task<int> finish() {
    done_ = true;
    co_await workflow::wait_condition([this] { return ended_; });
    const auto one = [](int n) -> workflow::Task<int> { co_return n; };
    const auto [a, b] = co_await workflow::when_all(one(20), one(22));
    co_return a + b;
  }
  void fail() { throw ApplicationError{"at once"}; }

 private:
  bool done_ = false;
  bool ended_ = false;
};

workflow::Definition finisher() {
  return workflow::definition<Finisher>().run<&Finisher::run>().update<&Finisher::finish>().signal<&Finisher::fail>();
}

workflow::Task<> notifies_on_its_way_out() {
  workflow::spawn([]() -> workflow::Task<> { co_await workflow::execute_activity_named<void>("notify", options, {}); });
  co_return;
}

/// Runs a task of its own beside the workflow, and waits for it.
class Watching final : public workflow::Interceptor {
  struct Run : workflow::RunInterceptor {
    workflow::Task<Payload> execute(workflow::ExecuteInput input) override {
      bool stop = false;
      auto watch =
          workflow::spawn([&]() -> workflow::Task<> { co_await workflow::wait_condition([&] { return stop; }); });
      auto result = co_await next().execute(std::move(input));
      stop = true;
      co_await watch;
      co_return result;
    }
  };
  std::unique_ptr<workflow::RunInterceptor> intercept_workflow(const workflow::Info& /*info*/) override {
    return std::make_unique<Run>();
  }
};

}  // namespace

TEST(EndedRun, NothingThatRefersToTheMainFunctionGoesOn) {
  for (const std::string how : {"return", "fail", "continue"}) {
    DrivenRun run{workflow::function_definition<leaves_tasks_behind>(), how};
    EXPECT_EQ(run.commands().size(), 3U);
    run.signal("seen", std::string{"a"});
    EXPECT_THAT(run.commands(), IsEmpty());
    run.fire_timer(1);
    run.complete_activity(1, std::string(1000, 'y'));
    const auto commands = run.commands();
    ASSERT_EQ(commands.size(), 1U) << how;
    EXPECT_EQ(commands[0].has_complete_workflow_execution(), how == "return");
    EXPECT_EQ(commands[0].has_fail_workflow_execution(), how == "fail");
    EXPECT_EQ(commands[0].has_continue_as_new_workflow_execution(), how == "continue");
    run.evict();
  }
}

TEST(EndedRun, HandlersOfTheObjectStillAnswerInItsLastTaskAndTasksDoNot) {
  diary().clear();
  DrivenRun run{busy()};
  run.update("answer", 7);
  run.signal("write_after_a_wait", std::string{"handler"});
  EXPECT_EQ(run.commands().size(), 1U);
  run.signal("end");
  const auto commands = run.commands();
  // In the order in which they have waited: the main function ends the task before it could write.
  ASSERT_EQ(commands.size(), 3U);
  EXPECT_EQ(commands[0].update_response().completed().data(), "7");
  EXPECT_EQ(commands[1].schedule_activity().activity_type(), "later");
  EXPECT_EQ(result_of<std::string>(commands[2]), "ended");
  EXPECT_THAT(diary(), ElementsAre("handler"));
}

TEST(EndedRun, WhatAHandlerOfTheObjectStartsEndsWithTheHandler) {
  DrivenRun run{finisher()};
  run.update("finish");
  const auto commands = run.commands();
  ASSERT_EQ(commands.size(), 3U);
  EXPECT_TRUE(commands[0].update_response().has_accepted());
  EXPECT_EQ(result_of<std::string>(commands[1]), "ended");
  EXPECT_EQ(commands[2].update_response().completed().data(), "42");
}

TEST(EndedRun, OneThatIsDecidedBeforeItsMainFunctionBeginsDoesNotBeginIt) {
  DrivenRun run{finisher()};
  run.signal("fail");
  const auto commands = run.commands();
  ASSERT_EQ(commands.size(), 1U);
  EXPECT_EQ(commands[0].fail_workflow_execution().failure().message(), "at once");
}

TEST(EndedRun, ATaskOfAnInterceptorGoesOnUntilTheInterceptorEnds) {
  DrivenRun run{{.interceptors = {std::make_shared<Watching>()}}, busy()};
  EXPECT_THAT(run.commands(), IsEmpty());
  run.signal("end");
  EXPECT_EQ(result_of<std::string>(run.commands().back()), "ended");
}

TEST(EndedRun, ATaskWentOnByTheOriginalRules) {
  DrivenRun run{workflow::function_definition<notifies_on_its_way_out>()};
  run.replay_by_the_original_rules();
  const auto commands = run.commands();
  ASSERT_EQ(commands.size(), 2U);
  EXPECT_TRUE(commands[0].has_complete_workflow_execution());
  EXPECT_EQ(commands[1].schedule_activity().activity_type(), "notify");
  DrivenRun now{workflow::function_definition<notifies_on_its_way_out>()};
  EXPECT_EQ(now.commands().size(), 1U);
}

TEST(EndedRun, LaterActivationsOnlyAnswerQueries) {
  diary().clear();
  DrivenRun run{busy()};
  run.signal("write_after_a_wait", std::string{"handler"});
  EXPECT_THAT(run.commands(), IsEmpty());
  run.signal("end");
  EXPECT_EQ(run.commands().size(), 2U);
  run.complete_activity(1, 0);
  run.update("answer", 7);
  run.signal("end");
  run.job().mutable_cancel_workflow();
  EXPECT_THAT(run.commands(), IsEmpty());
  EXPECT_THAT(diary(), ElementsAre("handler"));
  run.query("ended");
  EXPECT_EQ(run.commands().at(0).respond_to_query().succeeded().response().data(), "1");
}

TEST(EndedRun, OneThatAHandlerFailsTakesItsMainFunctionAlong) {
  DrivenRun run{busy()};
  run.signal("fail");
  EXPECT_EQ(run.commands().size(), 1U);
  run.fire_timer(1);
  EXPECT_EQ(run.commands().at(0).fail_workflow_execution().failure().message(), "a handler failed");
  run.signal("end");
  EXPECT_THAT(run.commands(), IsEmpty());
}

TEST(EndedRun, TasksEndYoungestFirstAndWhatTheirDestructorsAskForIsDropped) {
  diary().clear();
  DrivenRun run{workflow::function_definition<ends_in_order>()};
  EXPECT_EQ(run.commands().size(), 4U);
  run.fire_timer(1);
  const auto commands = run.commands();
  ASSERT_EQ(commands.size(), 1U);
  EXPECT_TRUE(commands[0].has_complete_workflow_execution());
  EXPECT_THAT(diary(), ElementsAre("youngest", "middle", "oldest"));
}

TEST(EndedRun, AFailureThatNobodyAwaitedEndsARunThatWouldEndWell) {
  for (const auto& [how, message] :
       {std::pair{"return", "the audit log is full"}, std::pair{"continue", "the audit log is full"},
        std::pair{"fail", "what ended it"}}) {
    DrivenRun run{workflow::function_definition<loses_a_failure>(), std::string{how}};
    EXPECT_EQ(run.commands().size(), 2U);
    run.fire_timer(2);
    EXPECT_THAT(run.commands(), IsEmpty());
    run.fire_timer(1);
    const auto commands = run.commands();
    ASSERT_EQ(commands.size(), 1U);
    EXPECT_EQ(commands[0].fail_workflow_execution().failure().message(), message) << how;
  }
}

TEST(EndedRun, AFailureThatEndsWithATaskOfTheMainFunctionEndsTheRun) {
  DrivenRun run{workflow::function_definition<leaves_a_failure_to_a_task>()};
  EXPECT_EQ(run.commands().size(), 3U);
  for (const auto seq : {2, 1}) run.fire_timer(seq);
  const auto commands = run.commands();
  ASSERT_EQ(commands.size(), 1U);
  EXPECT_EQ(commands[0].fail_workflow_execution().failure().message(), "nobody saw it");
}

TEST(EndedRun, HandlersThatWereCutOffAreNamedInTheWarning) {
  std::string log;
  const auto logger = Logger::create({.level = LogLevel::warn}, [&](std::string_view line) { log += line; });
  DrivenRun run{{.log = logger}, workflow::function_definition<leaves_tasks_behind>(), std::string{"return"}};
  (void)run.commands();
  run.signal("seen", std::string{"a"});
  (void)run.commands();
  run.fire_timer(1);
  (void)run.commands();
  EXPECT_THAT(log, HasSubstr("signal seen"));
}
