// Handlers of signals, queries and updates against a real server. No run stays in the cache, so that each task replays
// the whole history.
#include "server_fixture.h"

#include <temporal/activity/activity.h>
#include <temporal/common/errors.h>
#include <temporal/workflow/workflow.h>

#include <gmock/gmock.h>

#include <atomic>
#include <chrono>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

using namespace temporal;
using namespace std::chrono_literals;
using temporal::tests::RunningWorker;
using temporal::tests::ServerTest;
using ::testing::AllOf;
using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

namespace {

std::string echo(const std::string& text) { return text; }
const workflow::ActivityOptions ten_seconds{.start_to_close_timeout = 10s};

std::atomic<int> validations = 0;

/// A list that grows by signals and updates.
class List {
 public:
  workflow::Task<std::string> run() {
    co_await workflow::wait_condition([this] { return closed_; });
    co_return text_;
  }
  void add(std::string item) { text_ += item; }
  void close() { closed_ = true; }
  workflow::Task<std::string> add_checked(std::string item) {
    text_ += co_await workflow::execute_activity<echo>(ten_seconds, item);
    co_return text_;
  }
  void check(std::string item) const {
    ++validations;
    if (item.empty()) throw ApplicationError{"nothing to add"};
  }
  workflow::Task<> never_ends() {
    co_await workflow::wait_condition([] { return false; });
  }
  workflow::Task<> may_be_left() { return never_ends(); }

 private:
  std::string text_;
  bool closed_ = false;
};

workflow::Definition list() {
  return workflow::definition<List>()
      .run<&List::run>()
      .signal<&List::add>()
      .signal<&List::close>()
      .signal<&List::never_ends>()
      .signal<&List::may_be_left>({.unfinished_policy = workflow::UnfinishedPolicy::abandon})
      .update<&List::add_checked, &List::check>()
      .update<&List::never_ends>()
      .update<&List::may_be_left>({.unfinished_policy = workflow::UnfinishedPolicy::abandon});
}

/// Takes everything it is sent.
class Catchall {
 public:
  workflow::Task<std::string> run() {
    co_await workflow::wait_condition([this] { return !taken_.empty(); });
    co_return taken_;
  }
  std::string ask(std::string name, std::vector<RawValue> arguments) const {
    return name + " of " + std::to_string(arguments.size());
  }
  workflow::Task<std::string> take(std::string name, std::vector<RawValue> arguments) {
    const auto item = co_await workflow::execute_activity<echo>(
        ten_seconds, converter::from_payload<std::string>(arguments.at(0).payload));
    taken_ = name + " " + item;
    co_return taken_;
  }
  void check(std::string name, std::vector<RawValue> arguments) const {
    if (arguments.empty()) throw ApplicationError{name + " needs an argument"};
  }

 private:
  std::string taken_;
};

/// Registers its handlers as it goes: an update, with its validator, at once, a query later.
workflow::Task<int> registers_as_it_goes() {
  int sum = 0;
  const auto add = workflow::set_update_handler(
      "add",
      [&](int n) -> workflow::Task<int> {
        co_await workflow::execute_activity<echo>(ten_seconds, "adding");
        co_return sum += n;
      },
      [](int n) {
        ++validations;
        if (n < 0) throw ApplicationError{"it only grows"};
      });
  co_await workflow::wait_condition([&] { return sum > 0; });
  const auto query = workflow::set_query_handler("sum", [&] { return sum; });
  co_await workflow::wait_condition([&] { return sum > 5; });
  co_await workflow::wait_condition(workflow::all_handlers_finished);
  co_return sum;
}

class HandlerFeaturesTest : public ServerTest {
 protected:
  worker::WorkerOptions options() {
    worker::WorkerOptions options{.task_queue = unique_name(), .max_cached_workflows = 0};
    options.deadlock_timeout = {};  // no task is repeated because the machine stood still
    options.add_activity<echo>();
    options.log = Logger::create({.level = LogLevel::warn}, [this](std::string_view line) {
      const std::scoped_lock lock{mutex_};
      lines_.emplace_back(line);
    });
    return options;
  }
  static client::StartOptions start(const worker::WorkerOptions& options) {
    return {.id = unique_name(), .task_queue = options.task_queue};
  }
  std::vector<std::string> lines() {
    const std::scoped_lock lock{mutex_};
    return lines_;
  }

 private:
  std::mutex mutex_;
  std::vector<std::string> lines_;
};

/// What an update that failed says of itself.
template <class Call>
std::string story_of_update(Call call) {
  try {
    call();
  } catch (const UpdateFailedError& error) {
    return describe(error.cause());
  }
  return "no error";
}

}  // namespace

TEST_F(HandlerFeaturesTest, AValidatorIsNotAskedOnReplay) {
  auto options = HandlerFeaturesTest::options();
  options.add_workflow(list());
  const RunningWorker worker{client(), options};
  const auto handle = client().start<&List::run>(start(options)).get();
  validations = 0;
  EXPECT_EQ(handle.update<&List::add_checked>("a").get(), "a");
  EXPECT_EQ(handle.update<&List::add_checked>("b").get(), "ab");
  EXPECT_THAT(story_of_update([&] { handle.update<&List::add_checked>("").get(); }), HasSubstr("nothing to add"));
  handle.signal<&List::close>().get();
  EXPECT_EQ(handle.result().get(), "ab");
  EXPECT_EQ(replay(options, handle), "no error");
  EXPECT_EQ(validations, 3) << "once for each update";
}

TEST_F(HandlerFeaturesTest, ASignalThatDoesNotDecodeIsDroppedAndTheWorkflowGoesOn) {
  auto options = HandlerFeaturesTest::options();
  options.add_workflow(list());
  const RunningWorker worker{client(), options};
  const auto handle = client().start<&List::run>(start(options)).get();
  handle.signal("add", converter::to_payloads(4711)).get();
  handle.signal<&List::add>("a").get();
  EXPECT_EQ(handle.update<&List::add_checked>("b").get(), "ab");
  handle.signal<&List::close>().get();
  EXPECT_EQ(handle.result().get(), "ab");
  EXPECT_EQ(replay(options, handle), "no error");
  // A task that the server gives out twice logs twice.
  EXPECT_THAT(lines(), AllOf(Not(IsEmpty()), Each(AllOf(HasSubstr("a signal is dropped"), HasSubstr(handle.id()),
                                                        HasSubstr(R"("signal":"add")"), Not(HasSubstr("4711"))))));
}

TEST_F(HandlerFeaturesTest, ThoseThatAreLeftBehindAreNamedInAWarningOnce) {
  auto options = HandlerFeaturesTest::options();
  options.add_workflow(list());
  const RunningWorker worker{client(), options};
  const auto handle = client().start<&List::run>(start(options)).get();
  const auto update = handle.start_update<&List::never_ends>({.id = "sleeper"}).get();
  handle.signal<&List::close>().get();
  handle.result().get();
  EXPECT_THAT(story_of_update([&] { update.result().get(); }), HasSubstr("completed"));
  EXPECT_EQ(replay(options, handle), "no error");
  EXPECT_THAT(lines(), ::testing::ElementsAre(
                           AllOf(HasSubstr("[TMPRL1102]"), HasSubstr("update never_ends sleeper"), HasSubstr("WARN"))));
}

TEST_F(HandlerFeaturesTest, ASignalThatIsLeftBehindIsNamedAndWhatMayBeIsNot) {
  auto options = HandlerFeaturesTest::options();
  options.add_workflow(list());
  const RunningWorker worker{client(), options};
  const auto end_after = [&](auto leave) {
    const auto handle = client().start<&List::run>(start(options)).get();
    leave(handle);
    handle.template signal<&List::close>().get();
    handle.result().get();
    EXPECT_EQ(replay(options, handle), "no error");
  };
  end_after([](const auto& handle) {
    handle.template signal<&List::may_be_left>().get();
    (void)handle.template start_update<&List::may_be_left>({}).get();
  });
  EXPECT_THAT(lines(), IsEmpty());
  end_after([](const auto& handle) { handle.template signal<&List::never_ends>().get(); });
  EXPECT_THAT(lines(),
              ::testing::ElementsAre(AllOf(HasSubstr("[TMPRL1102]"), HasSubstr(R"("handlers":"signal never_ends")"))));
}

TEST_F(HandlerFeaturesTest, DynamicOnesTakeQueriesAndUpdatesThatHaveNoHandlerOfTheirOwn) {
  auto options = HandlerFeaturesTest::options();
  options.add_workflow(workflow::definition<Catchall>()
                           .run<&Catchall::run>()
                           .dynamic_query<&Catchall::ask>()
                           .dynamic_update<&Catchall::take, &Catchall::check>());
  const RunningWorker worker{client(), options};
  const auto handle = client().start<&Catchall::run>(start(options)).get();
  EXPECT_EQ(handle.query<std::string>("anything", converter::to_payloads(1, 2)).get(), "anything of 2");
  EXPECT_THAT(story_of_update([&] { handle.update<std::string>("take_it", {}).get(); }),
              HasSubstr("take_it needs an argument"));
  EXPECT_EQ(handle.update<std::string>("take_it", converter::to_payloads("a ring")).get(), "take_it a ring");
  EXPECT_EQ(handle.result().get(), "take_it a ring");
  EXPECT_EQ(replay(options, handle), "no error");
}

TEST_F(HandlerFeaturesTest, QueryAndUpdateHandlersAreRegisteredWhileTheWorkflowRuns) {
  auto options = HandlerFeaturesTest::options();
  options.add_workflow<registers_as_it_goes>();
  const RunningWorker worker{client(), options};
  auto start_options = start(options);
  start_options.id_conflict_policy = client::WorkflowIdConflictPolicy::fail;
  validations = 0;
  // The update comes with the first task, before the code that registers its handler has run.
  const auto [handle, first] =
      client()
          .update_with_start<int, int>("registers_as_it_goes", start_options, {}, "add", {}, converter::to_payloads(1))
          .get();
  EXPECT_EQ(first.result().get(), 1);
  EXPECT_EQ(handle.query<int>("sum", {}).get(), 1);
  EXPECT_THAT(story_of_update([&, handle = handle] { handle.update<int>("remove", converter::to_payloads(1)).get(); }),
              HasSubstr("no update handler named remove"));
  EXPECT_THAT(story_of_update([&, handle = handle] { handle.update<int>("add", converter::to_payloads(-1)).get(); }),
              HasSubstr("it only grows"));
  EXPECT_EQ(handle.update<int>("add", converter::to_payloads(6)).get(), 7);
  EXPECT_EQ(handle.result().get(), 7);
  EXPECT_EQ(replay(options, handle), "no error");
  EXPECT_EQ(validations, 3) << "once for each update";
}
