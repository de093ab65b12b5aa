#include <temporal/workflow/handlers.h>

#include <temporal/common/errors.h>
#include <temporal/workflow/detail/driven_run.h>
#include <temporal/workflow/workflow.h>

#include <gmock/gmock.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

using namespace temporal;
using namespace std::chrono_literals;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using workflow::detail::DrivenRun;
using workflow::detail::result_of;

namespace {

/// Writes down what reaches it.
class Diary {
 public:
  workflow::Task<std::string> run() {
    co_await workflow::wait_condition([this] { return closed_; });
    co_return text_;
  }
  void write(std::string entry) { text_ += entry; }
  void close() { closed_ = true; }
  workflow::Task<> write_later(std::string entry) {
    co_await workflow::sleep(1s);
    write(entry);
  }
  workflow::Task<std::string> read_later() {
    co_await workflow::sleep(1s);
    co_return workflow::current_update_info()->id + " " + workflow::current_update_info()->name;
  }
  void check_read() const {
    if (workflow::current_update_info()->id == "unwelcome") throw ApplicationError{"not welcome"};
  }
  int sleeps() const {
    const auto timer = workflow::start_timer(1s);
    return 1;
  }
  int spawns() const {
    const auto handle = workflow::spawn(workflow::sleep(1s));
    return 1;
  }
  int registers() const {
    const auto handler = workflow::set_query_handler("late", [] { return 1; });
    return 1;
  }
  void on_signal(std::string name, std::vector<RawValue> arguments) {
    text_ += name + std::to_string(arguments.size());
  }
  std::string on_query(std::string name, std::vector<RawValue> arguments) const {
    return name + std::to_string(arguments.size());
  }
  std::string on_update(std::string name, std::vector<RawValue> arguments) {
    return name + converter::from_payload<std::string>(arguments.at(0).payload);
  }
  void check_update(std::string name, std::vector<RawValue> arguments) const {
    if (arguments.empty()) throw ApplicationError{name + " needs an argument"};
  }
  bool quiet() const { return workflow::all_handlers_finished(); }

 private:
  std::string text_;
  bool closed_ = false;
};

workflow::Definition diary(workflow::UnfinishedPolicy policy = workflow::UnfinishedPolicy::warn_and_abandon) {
  return workflow::definition<Diary>()
      .run<&Diary::run>()
      .signal<&Diary::write>()
      .signal<&Diary::close>()
      .signal<&Diary::write_later>({.unfinished_policy = policy})
      .query<&Diary::sleeps>()
      .query<&Diary::spawns>()
      .query<&Diary::registers>()
      .query<&Diary::quiet>()
      .update<&Diary::read_later, &Diary::check_read>({.unfinished_policy = policy});
}

workflow::Definition dynamic_diary() {
  return workflow::definition<Diary>()
      .run<&Diary::run>()
      .signal<&Diary::close>()
      .dynamic_signal<&Diary::on_signal>()
      .dynamic_query<&Diary::on_query>()
      .dynamic_update<&Diary::on_update, &Diary::check_update>();
}

workflow::Task<std::string> registers_later() {
  std::string text;
  bool closed = false;
  const auto close = workflow::set_signal_handler("close", [&] { closed = true; });
  co_await workflow::sleep(1s);
  const auto write = workflow::set_signal_handler("write", [&](std::string entry) -> workflow::Task<> {
    co_await workflow::sleep(1s);
    text += entry;
  });
  const auto query = workflow::set_query_handler("read", [&] { return text; });
  const auto update = workflow::set_update_handler("read_later", [&]() -> workflow::Task<std::string> {
    co_await workflow::sleep(1s);
    co_return text;
  });
  co_await workflow::wait_condition([&] { return closed && workflow::all_handlers_finished(); });
  co_return text;
}

workflow::Task<std::string> registers_at_once() {
  std::string text;
  bool read = false;
  const auto write = workflow::set_signal_handler("write", [&](std::string entry) { text += entry; });
  const auto update = workflow::set_update_handler("read", [&](int /*page*/) {
    read = true;
    return text;
  });
  co_await workflow::wait_condition([&] { return read; });
  co_return "read " + text;
}

/// Signals go to handlers that take each other's place.
workflow::Task<std::string> changes_its_handler() {
  std::string text;
  auto write = workflow::set_signal_handler("write", [&](std::string entry) { text += "1" + entry; });
  co_await workflow::wait_condition([&] { return text.size() == 2; });
  write = workflow::set_signal_handler("write", [&](std::string entry) { text += "2" + entry; });
  co_await workflow::wait_condition([&] { return text.size() == 4; });
  {
    const auto last = workflow::set_signal_handler("write", [&](std::string entry) { text += "3" + entry; });
    co_await workflow::wait_condition([&] { return text.size() == 6; });
  }
  co_await workflow::sleep(1s);
  co_return text;
}

workflow::Task<> registers_handlers_that_own_themselves() {
  struct Owned {
    ~Owned() { scope.cancel(); }
    workflow::CancellationScope scope;
    std::optional<workflow::HandlerRegistration> signal = {};
    std::optional<workflow::HandlerRegistration> query = {};
    int answer = 1;
  };
  {
    const auto owned = std::make_shared<Owned>();
    owned->signal = workflow::set_signal_handler("close", [owned] {});
    owned->query = workflow::set_query_handler("forget", [owned] {
      owned->query.reset();
      return owned->answer;
    });
  }
  co_await workflow::wait_condition([] { return false; });
}

workflow::Task<int> counts_up() {
  int count = 0;
  const auto add = workflow::set_update_handler(
      "add", [&](int n) { return count += n; },
      [&](int n) {
        if (n < 0) throw ApplicationError{"it only grows"};
      },
      {.unfinished_policy = workflow::UnfinishedPolicy::abandon});
  co_await workflow::wait_condition([&] { return count > 5; });
  co_return count;
}

/// Its query cancels what it finds, and so does the validator of its update.
workflow::Task<> is_cancelled_by_a_query(std::string what) {
  const workflow::CancellationScope scope;
  const auto timer = workflow::start_timer(1s);
  const auto activity = workflow::start_activity_named<int>("a", {.start_to_close_timeout = 1s}, {});
  const auto local = workflow::start_local_activity_named<int>("l", {.start_to_close_timeout = 1s}, {});
  const auto starting = workflow::start_child_workflow_named<int>("c", {.id = "starting"}, {});
  const auto child = co_await workflow::start_child_workflow_named<int>("c", {.id = "started"}, {});
  const auto cancel = [&] {
    if (what == "scope") scope.cancel();
    if (what == "starting child") starting.cancel();
    if (what == "child") child.cancel();
    if (what == "timer") timer.cancel();
    if (what == "activity") activity.cancel();
    if (what == "local activity") local.cancel();
  };
  const auto query = workflow::set_query_handler("cancel", [&] {
    cancel();
    return 1;
  });
  const auto update = workflow::set_update_handler("cancel", [](int /*n*/) {}, [&](int /*n*/) { cancel(); });
  co_await workflow::wait_condition([] { return false; });
}

workflow::Task<int> any(std::vector<RawValue> arguments) { co_return static_cast<int>(arguments.size()); }

std::string answer(const coresdk::workflow_commands::WorkflowCommand& command) {
  const auto& result = command.respond_to_query();
  return result.has_failed() ? result.failed().message() : result.succeeded().response().data();
}

}  // namespace

TEST(Handlers, SignalsAreHandledInTheOrderTheyCame) {
  DrivenRun run{diary()};
  for (const auto* entry : {"a", "b", "c"}) run.signal("write", std::string{entry});
  run.signal("close");
  EXPECT_EQ(result_of<std::string>(run.commands().at(0)), "abc");
}

TEST(Handlers, ASignalWhoseArgumentsDoNotDecodeIsLoggedAndDropped) {
  std::string log;
  const auto logger = Logger::create({.level = LogLevel::error}, [&](std::string_view line) { log += line; });
  const auto send_bad_ones = [](DrivenRun& run) {
    run.signal("write", 7);
    run.signal("write");
    auto& broken = *run.job().mutable_signal_workflow();
    broken.set_signal_name("write");
    *broken.add_input() = converter::to_proto(Payload{.metadata = {{"encoding", "json/plain"}}, .data = "secret"});
    run.signal("write", std::string{"a"});
  };
  DrivenRun run{{.log = logger}, diary()};
  send_bad_ones(run);
  run.signal("close");
  EXPECT_EQ(result_of<std::string>(run.commands().at(0)), "a");
  EXPECT_EQ(std::ranges::count(log, '\n'), 3);
  EXPECT_THAT(log, AllOf(HasSubstr(R"("signal":"write")"), HasSubstr(R"("workflow_id":"id")"),
                         HasSubstr(R"("expected_type":"std::string")"), Not(HasSubstr("secret"))));

  log.clear();
  DrivenRun replayed{{.log = logger}, workflow::function_definition<registers_later>()};
  replayed.next().set_is_replaying(true);
  send_bad_ones(replayed);
  EXPECT_EQ(replayed.commands().size(), 1U);
  replayed.next().set_is_replaying(true);
  replayed.fire_timer(1);
  EXPECT_EQ(replayed.commands().size(), 1U) << "only the handler of the good one sleeps";
  EXPECT_THAT(log, IsEmpty()) << "it was logged before";
}

TEST(Handlers, AnUpdateKnowsWhichItIsAlsoAfterItHasWaited) {
  DrivenRun run{diary()};
  run.update("read_later", 0);
  const auto first = run.commands();
  ASSERT_EQ(first.size(), 2U);
  EXPECT_TRUE(first[0].update_response().has_accepted());
  EXPECT_EQ(first[1].start_timer().seq(), 1U);
  run.query("quiet");
  EXPECT_EQ(answer(run.commands().at(0)), "false");
  run.fire_timer(1);
  EXPECT_EQ(run.commands().at(0).update_response().completed().data(), "\"id-of-read_later read_later\"");
  run.query("quiet");
  EXPECT_EQ(answer(run.commands().at(0)), "true");
}

TEST(Handlers, AValidatorIsNotAskedOnReplay) {
  DrivenRun run{diary()};
  auto& update = *run.job().mutable_do_update();
  update.set_id("unwelcome");
  update.set_name("read_later");
  update.set_run_validator(true);
  EXPECT_EQ(run.commands().at(0).update_response().rejected().message(), "not welcome");
  auto& replayed = *run.job().mutable_do_update();
  replayed.set_id("unwelcome");
  replayed.set_name("read_later");
  EXPECT_TRUE(run.commands().at(0).update_response().has_accepted());
}

TEST(Handlers, AnUpdateWhoseArgumentsDoNotDecodeIsRejected) {
  DrivenRun run{workflow::definition<Diary>().run<&Diary::run>().update<&Diary::write>()};
  run.update("write", 7);
  EXPECT_THAT(run.commands().at(0).update_response().rejected().message(), HasSubstr("argument 1"));
}

TEST(Handlers, AQueryCannotAddCommands) {
  DrivenRun run{diary()};
  (void)run.commands();
  run.query("sleeps");
  const auto commands = run.commands();
  ASSERT_EQ(commands.size(), 1U);
  EXPECT_THAT(answer(commands[0]), HasSubstr("must not change the workflow"));
}

TEST(Handlers, AQueryCannotSpawnOrRegisterHandlers) {
  DrivenRun run{diary()};
  (void)run.commands();
  for (const auto* type : {"spawns", "registers"}) {
    run.query(type);
    const auto commands = run.commands();
    ASSERT_EQ(commands.size(), 1U) << type;
    EXPECT_THAT(answer(commands[0]), HasSubstr("must not change the workflow")) << type;
  }
}

TEST(Handlers, AQueryAndAValidatorCannotCancel) {
  for (const auto* what : {"scope", "timer", "activity", "local activity", "starting child", "child"}) {
    DrivenRun run{workflow::function_definition<is_cancelled_by_a_query>(), std::string{what}};
    EXPECT_EQ(run.commands().size(), 5U);
    auto& started = *run.job().mutable_resolve_child_workflow_execution_start();
    started.set_seq(2);
    started.mutable_succeeded()->set_run_id("child-run");
    EXPECT_THAT(run.commands(), IsEmpty());
    run.query("cancel");
    const auto answers = run.commands();
    ASSERT_EQ(answers.size(), 1U) << what;
    EXPECT_THAT(answer(answers[0]), HasSubstr("must not change the workflow")) << what;
    run.update("cancel", 1);
    const auto responses = run.commands();
    ASSERT_EQ(responses.size(), 1U) << what;
    EXPECT_THAT(responses[0].update_response().rejected().message(), HasSubstr("must not change the workflow")) << what;
  }
}

TEST(Handlers, ALaterRegistrationTakesThePlaceOfTheOneBefore) {
  DrivenRun run{workflow::function_definition<changes_its_handler>()};
  for (const auto* entry : {"a", "b", "c"}) {
    run.signal("write", std::string{entry});
    (void)run.commands();
  }
  run.signal("write", std::string{"d"});  // the last registration is gone, and the one before does not come back
  EXPECT_THAT(run.commands(), IsEmpty());
  run.fire_timer(1);
  EXPECT_EQ(result_of<std::string>(run.commands().at(0)), "1a2b3c");
}

TEST(Handlers, OnesThatOwnTheirRegistrationsEndThemWhileTheyRunAndWithTheRun) {
  DrivenRun run{workflow::function_definition<registers_handlers_that_own_themselves>()};
  (void)run.commands();
  run.query("forget");
  EXPECT_EQ(answer(run.commands().at(0)), "1") << "it is there for as long as it runs";
  run.query("forget");
  EXPECT_THAT(answer(run.commands().at(0)), HasSubstr("no query handler named forget"));
  run.evict();
}

TEST(Handlers, OneThatIsRegisteredWithAValidatorRejectsWhatThatRefuses) {
  DrivenRun run{workflow::function_definition<counts_up>()};
  run.update("add", -1);
  EXPECT_EQ(run.commands().at(0).update_response().rejected().message(), "it only grows");
  auto& wrong = *run.job().mutable_do_update();
  wrong.set_name("add");
  wrong.set_run_validator(true);
  EXPECT_THAT(run.commands().at(0).update_response().rejected().message(), HasSubstr("argument"));
  run.update("add", 7);
  EXPECT_EQ(result_of<int>(run.commands().at(2)), 7);
}

TEST(Handlers, DynamicOnesTakeWhatHasNoHandlerOfItsOwn) {
  DrivenRun run{dynamic_diary()};
  run.signal("hello", 1, 2);
  EXPECT_THAT(run.commands(), IsEmpty());
  run.query("what");
  EXPECT_EQ(answer(run.commands().at(0)), "\"what0\"");
  auto& update = *run.job().mutable_do_update();
  update.set_name("say");
  update.set_run_validator(true);
  EXPECT_EQ(run.commands().at(0).update_response().rejected().message(), "say needs an argument");
  auto& accepted = *run.job().mutable_do_update();
  accepted.set_name("say");
  converter::set_payloads(*accepted.mutable_input(), converter::to_payloads(std::string{" it"}));
  EXPECT_EQ(run.commands().at(1).update_response().completed().data(), "\"say it\"");
  run.signal("close");
  EXPECT_EQ(result_of<std::string>(run.commands().at(0)), "hello2");
}

TEST(Handlers, ASignalWaitsUntilItsHandlerIsRegistered) {
  DrivenRun run{workflow::function_definition<registers_later>()};
  run.signal("write", std::string{"a"});
  run.signal("other");
  run.signal("write", std::string{"b"});
  EXPECT_EQ(run.commands().size(), 1U);
  run.fire_timer(1);
  EXPECT_EQ(run.commands().size(), 2U);
  run.signal("close");
  run.update("read_later", 0);
  EXPECT_EQ(run.commands().size(), 2U);
  run.fire_timer(2);
  run.fire_timer(3);
  EXPECT_THAT(run.commands(), IsEmpty());
  run.query("read");
  EXPECT_EQ(answer(run.commands().at(0)), "\"ab\"");
  run.fire_timer(4);
  const auto commands = run.commands();
  ASSERT_EQ(commands.size(), 2U);
  EXPECT_EQ(commands[0].update_response().completed().data(), "\"ab\"");
  EXPECT_EQ(result_of<std::string>(commands[1]), "ab");
  run.query("read");  // what the handler refers to is gone, and so is the handler
  EXPECT_THAT(answer(run.commands().at(0)), HasSubstr("no query handler named read"));
}

TEST(Handlers, AnUpdateOfTheFirstTaskWaitsUntilTheCodeHadTheChanceToRegisterItsHandler) {
  DrivenRun run{workflow::function_definition<registers_at_once>()};
  run.update("unknown", 0);
  run.signal("write", std::string{"a"});
  run.update("read", 0);
  const auto commands = run.commands();
  ASSERT_EQ(commands.size(), 4U);
  EXPECT_THAT(commands[0].update_response().rejected().message(), HasSubstr("no update handler named unknown"));
  EXPECT_TRUE(commands[1].update_response().has_accepted());
  EXPECT_EQ(commands[2].update_response().completed().data(), "\"a\"") << "after the signal, which came first";
  EXPECT_EQ(result_of<std::string>(commands[3]), "read a");
}

TEST(Handlers, AnUpdateAfterTheFirstTaskDoesNotWait) {
  DrivenRun run{workflow::function_definition<registers_later>()};
  (void)run.commands();
  run.update("read_later", 0);
  EXPECT_THAT(run.commands().at(0).update_response().rejected().message(), HasSubstr("no update handler named"));
}

TEST(Handlers, ThoseLeftBehindAreNamedInAWarningUnlessTheyMayBe) {
  std::string log;
  const auto logger = Logger::create({.level = LogLevel::warn}, [&](std::string_view line) { log += line; });
  const auto end_with_unfinished = [&](workflow::UnfinishedPolicy policy) {
    DrivenRun run{{.log = logger}, diary(policy)};
    run.signal("write_later", std::string{"a"});
    run.update("read_later", 0);
    run.signal("close");
    EXPECT_TRUE(run.commands().back().has_complete_workflow_execution());
  };
  end_with_unfinished(workflow::UnfinishedPolicy::abandon);
  EXPECT_THAT(log, IsEmpty());
  end_with_unfinished(workflow::UnfinishedPolicy::warn_and_abandon);
  EXPECT_THAT(log, AllOf(HasSubstr("TMPRL1102"), HasSubstr("signal write_later, update read_later id-of-read_later")));
}

TEST(Handlers, ASignalHandlerThatIsCancelledWithTheWorkflowDoesNotEndIt) {
  DrivenRun run{workflow::definition<Diary>().run<&Diary::read_later>().signal<&Diary::write_later>()};
  run.signal("write_later", std::string{"a"});
  EXPECT_EQ(run.commands().size(), 2U);
  run.job().mutable_cancel_workflow();
  const auto commands = run.commands();
  ASSERT_EQ(commands.size(), 3U);
  EXPECT_TRUE(commands[2].has_cancel_workflow_execution());
}

TEST(Handlers, ADynamicWorkflowTakesItsArgumentsUndecoded) {
  DrivenRun run{workflow::dynamic_definition<any>(), 1, std::string{"two"}, 3.0};
  EXPECT_EQ(result_of<int>(run.commands().at(0)), 3);
}

namespace {

class Generous {
 public:
  workflow::Task<> run() {
    co_await workflow::wait_condition([] { return false; });
  }
  [[nodiscard]] std::string glance() const { return std::string(1000, 'x'); }
  [[nodiscard]] std::string look() const { return std::string(2 << 20, 'x'); }  // and its quotes
};

}  // namespace

TEST(Queries, AnAnswerThatTheServerWouldNotTakeFailsTheQueryAlone) {
  DrivenRun run{
      workflow::definition<Generous>().run<&Generous::run>().query<&Generous::glance>().query<&Generous::look>()};
  (void)run.commands();
  run.query("glance");
  EXPECT_TRUE(run.commands().at(0).respond_to_query().has_succeeded());
  run.query("look");
  EXPECT_THAT(run.commands().at(0).respond_to_query().failed().message(),
              testing::HasSubstr("the answer to the query look has 2097154 bytes, and the server takes 2 MiB"));
}
