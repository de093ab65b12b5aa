#include <temporal/workflow/handlers.h>

#include <temporal/common/errors.h>
#include <temporal/workflow/detail/driven_run.h>
#include <temporal/workflow/workflow.h>

#include <gmock/gmock.h>

#include <chrono>
#include <string>
#include <vector>

using namespace temporal;
using namespace std::chrono_literals;
using coresdk::workflow_commands::WorkflowCommand;
using testing::ElementsAre;
using testing::IsEmpty;
using workflow::detail::DrivenRun;
using workflow::detail::result_of;

// In which order signals and updates of one task meet their validators and handlers.

namespace {

class Seats {
 public:
  workflow::Task<std::string> run() {
    log_ += "main ";
    co_await workflow::wait_condition([this] { return over_; });
    co_return log_;
  }
  int take(int seat) {
    log_ += "take" + std::to_string(seat) + " ";
    return --free_;
  }
  void check_take(int /*seat*/) const {
    if (closed_) throw ApplicationError{"closed"};
    if (free_ == 0) throw ApplicationError{"full"};
  }
  workflow::Task<int> take_later(int seat) {
    const int left = take(seat);
    co_await workflow::sleep(1s);
    co_return left;
  }
  void open(int seats) { free_ += seats; }
  void close() { closed_ = true; }
  void end() { over_ = true; }
  workflow::Task<> deliver() {
    co_await workflow::execute_activity_named<void>("deliver", {.start_to_close_timeout = 1s}, {});
  }

 private:
  int free_ = 1;
  bool closed_ = false;
  bool over_ = false;
  std::string log_;
};

workflow::Definition seats() {
  return workflow::definition<Seats>()
      .run<&Seats::run>()
      .signal<&Seats::open>()
      .signal<&Seats::close>()
      .signal<&Seats::end>()
      .signal<&Seats::deliver>()
      .update<&Seats::take, &Seats::check_take>()
      .update<&Seats::take_later, &Seats::check_take>();
}

/// What the commands say, in their order.
std::vector<std::string> words(const std::vector<WorkflowCommand>& commands) {
  std::vector<std::string> said;
  for (const auto& command : commands) {
    if (command.has_update_response()) {
      const auto& response = command.update_response();
      said.push_back(response.has_rejected()   ? response.rejected().message()
                     : response.has_accepted() ? "accepted"
                                               : "completed " + response.completed().data());
    } else if (command.has_schedule_activity()) {
      said.push_back(command.schedule_activity().activity_type());
    } else if (command.has_start_timer()) {
      said.emplace_back("timer");
    } else if (command.has_complete_workflow_execution()) {
      said.push_back("result " + command.complete_workflow_execution().result().data());
    } else {
      said.push_back(command.ShortDebugString());
    }
  }
  return said;
}

/// Registers its handlers as the first thing it does.
workflow::Task<std::string> registers_at_once() {
  std::string text;
  bool over = false;
  const auto check = [&text](int /*unused*/) {
    if (text.empty()) throw ApplicationError{"nothing is written"};
  };
  const auto read = workflow::set_update_handler("read", [&](int /*unused*/) { return text; }, check);
  const auto write = workflow::set_signal_handler("write", [&](const std::string& entry) { text += entry; });
  const auto end = workflow::set_signal_handler("end", [&] { over = true; });
  co_await workflow::wait_condition([&] { return over; });
  co_return text;
}

/// The handler of one message decides whether there is one for the next.
workflow::Task<> swaps_handlers() {
  std::optional<workflow::HandlerRegistration> second;
  const auto add = workflow::set_signal_handler(
      "add", [&] { second = workflow::set_update_handler("second", [](int n) { return n; }); });
  const auto remove = workflow::set_signal_handler("remove", [&] { second.reset(); });
  co_await workflow::wait_condition([] { return false; });
}

workflow::Task<std::string> registers_for_a_signal() {
  std::string text;
  bool over = false;
  std::optional<workflow::HandlerRegistration> write;
  const auto open = workflow::set_signal_handler(
      "open", [&] { write = workflow::set_signal_handler("write", [&](const std::string& entry) { text += entry; }); });
  const auto end = workflow::set_signal_handler("end", [&] { over = true; });
  co_await workflow::wait_condition([&] { return over; });
  co_return text;
}

workflow::Task<> waits_for_work_or_the_end() {
  const auto step = [](std::string type) {
    return workflow::execute_activity_named<void>(std::move(type), {.start_to_close_timeout = 1s}, {});
  };
  const auto waits = [&]() -> workflow::Task<> {
    co_await workflow::wait_condition([] { return workflow::continue_as_new_suggested(); });
    co_await step("by the condition");
  };
  auto background = workflow::spawn(waits);
  co_await workflow::sleep(1s);
  co_await step("by the timer");
}

}  // namespace

TEST(MessageOrder, AValidatorSeesWhatTheHandlersOfEarlierMessagesDid) {
  DrivenRun run{seats()};
  run.update("take", 1);
  run.update("take", 2);
  EXPECT_THAT(words(run.commands()), ElementsAre("accepted", "completed 0", "full"));
  run.signal("open", 1);
  run.update("take", 3);
  run.update("take_later", 4);
  EXPECT_THAT(words(run.commands()), ElementsAre("accepted", "completed 0", "full"));
  run.signal("open", 2);
  run.update("take_later", 5);
  run.update("take_later", 6);
  run.update("take", 7);
  run.signal("close");
  run.update("take", 8);
  EXPECT_THAT(words(run.commands()), ElementsAre("accepted", "timer", "accepted", "timer", "full", "closed"));
}

TEST(MessageOrder, HandlersOfOneTaskStartBeforeTheMainFunctionGoesOn) {
  DrivenRun run{seats()};
  run.signal("open", 1);
  run.update("take", 1);
  run.signal("end");
  run.update("take", 2);
  EXPECT_THAT(words(run.commands()),
              ElementsAre("accepted", "completed 1", "accepted", "completed 0", "result \"take1 take2 main \""));
}

TEST(MessageOrder, HowTheMessagesAreCutIntoTasksDoesNotChangeTheCommands) {
  const auto send = [](DrivenRun& run, bool together) {
    std::vector<WorkflowCommand> all;
    const auto next = [&] {
      if (together) return;
      const auto some = run.commands();
      all.insert(all.end(), some.begin(), some.end());
    };
    run.signal("deliver");
    next();
    run.update("take", 1);
    next();
    run.signal("open", 1);
    next();
    run.update("take_later", 2);
    const auto rest = run.commands();
    all.insert(all.end(), rest.begin(), rest.end());
    return words(all);
  };
  const auto commands = [&](bool together) {
    DrivenRun run{seats()};
    (void)run.commands();
    return send(run, together);
  };
  EXPECT_THAT(commands(true), ElementsAre("deliver", "accepted", "completed 0", "accepted", "timer"));
  EXPECT_EQ(commands(false), commands(true));
}

TEST(MessageOrder, ThoseOfTheFirstTaskWaitTogetherForTheHandlersThatTheMainFunctionRegisters) {
  DrivenRun run{workflow::function_definition<registers_at_once>()};
  run.update("read", 1);
  run.signal("write", std::string{"a"});
  run.update("read", 2);
  run.update("unknown", 3);
  run.signal("write", std::string{"b"});
  run.signal("end");
  EXPECT_THAT(words(run.commands()),
              ElementsAre("nothing is written", "accepted", "completed \"a\"",
                          "workflow registers_at_once has no update handler named unknown", "result \"ab\""));
}

TEST(MessageOrder, AHandlerIsLookedUpWhenItsMessageIsTaken) {
  DrivenRun run{workflow::function_definition<swaps_handlers>()};
  (void)run.commands();
  run.signal("add");
  run.update("second", 1);
  run.signal("remove");
  run.update("second", 2);
  EXPECT_THAT(words(run.commands()),
              ElementsAre("accepted", "completed 1", "workflow swaps_handlers has no update handler named second"));
}

TEST(MessageOrder, SignalsThatWaitedComeBeforeThoseThatCameLater) {
  for (const bool together : {false, true}) {
    DrivenRun run{workflow::function_definition<registers_for_a_signal>()};
    EXPECT_THAT(run.commands(), IsEmpty());
    for (const std::string entry : {"a", "b"}) run.signal("write", entry);
    if (!together) EXPECT_THAT(run.commands(), IsEmpty());
    run.signal("open");
    run.signal("write", std::string{"c"});
    run.signal("end");
    EXPECT_THAT(words(run.commands()), ElementsAre("result \"abc\"")) << together;
  }
}

TEST(MessageOrder, AHistoryOfTheOriginalRulesKeepsTheirOrder) {
  DrivenRun run{seats()};
  run.replay_by_the_original_rules();
  run.update("take_later", 1);
  run.update("take_later", 2);
  EXPECT_THAT(words(run.commands()), ElementsAre("accepted", "accepted", "timer", "timer"));
  run.update("take", 3);  // from here on it is new
  run.signal("open", 3);
  run.update("take", 4);
  EXPECT_THAT(words(run.commands()), ElementsAre("accepted", "completed -2", "accepted", "completed 0"));
}

TEST(MessageOrder, AHistoryOfTheOriginalRulesKeepsItsEarlyUpdatesBehindTheSignals) {
  DrivenRun run{workflow::function_definition<registers_at_once>()};
  run.replay_by_the_original_rules();
  run.update("read", 1);
  run.signal("write", std::string{"a"});
  EXPECT_THAT(words(run.commands()), ElementsAre("accepted", "completed \"a\""));
}

TEST(MessageOrder, TheRulesOfANewTaskAreWrittenIntoTheHistory) {
  DrivenRun run{seats()};
  EXPECT_THAT(run.activate().successful().used_internal_flags(), ElementsAre(1));
  run.replay_by_the_original_rules();
  EXPECT_THAT(run.activate().successful().used_internal_flags(), IsEmpty());
  run.replay_by_the_original_rules();
  run.next().add_available_internal_flags(1);
  run.update("take", 1);
  run.update("take", 2);
  const auto replayed = run.activate();
  EXPECT_THAT(replayed.successful().used_internal_flags(), ElementsAre(1));
  EXPECT_THAT(words({replayed.successful().commands().begin(), replayed.successful().commands().end()}),
              ElementsAre("accepted", "completed 0", "full"));
}

TEST(MessageOrder, UpdatesThatWereRejectedLeaveNoTrace) {
  DrivenRun run{seats()};
  (void)run.commands();
  run.signal("close");
  (void)run.commands();
  run.update("take", 1);
  EXPECT_THAT(run.activate().successful().used_internal_flags(), IsEmpty()) << "the server throws that task away";

  DrivenRun asks{workflow::function_definition<waits_for_work_or_the_end>()};
  EXPECT_EQ(asks.commands().size(), 1U);
  asks.next().set_continue_as_new_suggested(true);
  asks.update("unknown");
  EXPECT_EQ(asks.commands().size(), 1U) << "no condition is asked: a replay knows nothing of this task";
  asks.next().set_continue_as_new_suggested(true);
  asks.update("unknown");
  asks.fire_timer(1);
  EXPECT_THAT(words(asks.commands()),
              ElementsAre("workflow waits_for_work_or_the_end has no update handler named unknown", "by the timer",
                          "by the condition"));
}

TEST(MessageOrder, WhatAHistoryAcceptedAndNobodyHandlesAnyMoreFailsTheTaskByName) {
  DrivenRun run{seats()};
  (void)run.commands();
  auto& update = *run.job().mutable_do_update();
  update.set_name("sell");
  EXPECT_EQ(run.activate().failed().failure().message(), "workflow Seats has no update handler named sell");
}
