// The order of messages, and what ends with a run, against a real server.
#include "server_fixture.h"

#include <temporal/common/errors.h>
#include <temporal/workflow/workflow.h>

#include <gmock/gmock.h>

#include <chrono>
#include <functional>
#include <map>
#include <string>
#include <vector>

using namespace temporal;
using namespace std::chrono_literals;
using temporal::tests::RunningWorker;
using temporal::tests::ServerTest;
using ::testing::HasSubstr;

namespace {

int work() { return 1; }
const workflow::ActivityOptions ten_seconds{.start_to_close_timeout = 10s};

class Shop {
 public:
  workflow::Task<int> run(int pieces) {
    left_ = pieces;
    co_await workflow::wait_condition([this] { return closed_ && workflow::all_handlers_finished(); });
    co_return left_;
  }
  void open() { open_ = true; }
  void fill(int pieces) { left_ += pieces; }  // no command: its task is one that core passes over in a replay
  workflow::Task<> deliver() { left_ += co_await workflow::execute_activity<work>(ten_seconds); }
  void close() { closed_ = true; }
  int sell() { return --left_; }
  void check_sell() const {
    if (!open_) throw ApplicationError{"the shop is not open"};
    if (left_ == 0) throw ApplicationError{"sold out"};
  }
  int left() const { return left_; }

 private:
  bool open_ = false;
  bool closed_ = false;
  int left_ = 0;
};

workflow::Task<> asks_for_what_nobody_can_start() {
  auto child = workflow::start_child_workflow_named<RawValue>("other", {}, {});
  child.cancel();  // taken back before it is sent: core says so in another activation of the same task
  try {
    (void)co_await child;
  } catch (const ChildWorkflowError&) {
  }
  co_await workflow::execute_activity<work>(ten_seconds);
}

workflow::Task<std::string> ends_at_once(std::string how) {
  workflow::spawn(asks_for_what_nobody_can_start());
  co_await workflow::wait_condition([] { return true; });  // lets the background task begin
  if (how == "continue") workflow::continue_as_new<ends_at_once>({}, "return");
  if (how == "fail") throw ApplicationError{"on purpose"};
  co_return how;
}

workflow::Task<std::string> waits_for(std::int64_t nanoseconds) {
  const auto timer = workflow::start_timer(Duration{nanoseconds});
  co_await timer;
  co_await workflow::sleep(Duration{nanoseconds});
  const bool held = co_await workflow::wait_condition([] { return false; }, Duration{nanoseconds});
  co_return held ? "held" : "the time is up";
}

workflow::Task<std::string> cuts_a_name(std::string name) {
  co_await workflow::execute_child_workflow_named<void>("other", {.id = "ship-" + name.substr(0, 2)}, {});
  co_return name;
}
workflow::Task<std::string> greets(std::string name) { co_return "hi " + name; }

workflow::Task<std::map<std::string, std::string>> hands_its_memo_on(int run) {
  if (run == 1)
    workflow::upsert_memo({{"note", converter::to_payload("changed")}, {"gone", converter::null_payload()}});
  if (run == 2) workflow::upsert_memo({{"note", converter::null_payload()}});
  if (run < 3) workflow::continue_as_new<hands_its_memo_on>({}, run + 1);
  std::map<std::string, std::string> memo;
  for (const auto& [name, value] : workflow::memo()) memo[name] = converter::from_payload<std::string>(value);
  co_return memo;
}

worker::WorkerOptions all(const std::string& queue) {
  worker::WorkerOptions options{.task_queue = queue};
  options.add_workflow(workflow::definition<Shop>()
                           .run<&Shop::run>()
                           .signal<&Shop::open>()
                           .signal<&Shop::fill>()
                           .signal<&Shop::deliver>()
                           .signal<&Shop::close>()
                           .update<&Shop::sell, &Shop::check_sell>()
                           .query<&Shop::left>());
  options.add_workflow<ends_at_once>();
  options.add_workflow<waits_for>();
  options.add_workflow<cuts_a_name>();
  options.add_workflow<greets>();
  options.add_workflow<hands_its_memo_on>();
  options.add_activity<work>();
  return options;
}

/// How an update ended: its result, or why it was rejected.
std::string outcome(Future<int> update) {
  try {
    return std::to_string(update.get());
  } catch (const UpdateFailedError& error) {
    return describe(error.cause());
  }
}

class MessageOrderOnTheServer : public ServerTest {
 protected:
  const std::string queue = unique_name();
  const worker::WorkerOptions options = all(queue);

  auto start_shop(int pieces) {
    return client().start<&Shop::run>({.id = unique_name(), .task_queue = queue}, pieces).get();
  }
  template <class Handle>
  static void wait_for_length(const Handle& handle, std::int64_t events) {
    while (handle.describe().get().history_length < events) std::this_thread::sleep_for(10ms);
  }
};

}  // namespace

TEST_F(MessageOrderOnTheServer, TenPiecesAreSoldTenTimesHoweverManyAskAtOnce) {
  const RunningWorker worker{client(), options};
  auto shop = start_shop(10);
  shop.signal<&Shop::open>().get();
  std::vector<Future<int>> sales;
  for (int i = 0; i < 40; ++i) sales.push_back(shop.update<&Shop::sell>());
  std::map<std::string, int> outcomes;
  for (auto& sale : sales) ++outcomes[outcome(std::move(sale))];
  EXPECT_EQ(outcomes["ApplicationError: sold out"], 30);
  EXPECT_EQ(outcomes.size(), 11U);
  shop.signal<&Shop::close>().get();
  EXPECT_EQ(shop.result().get(), 0);
  EXPECT_EQ(replay(options, shop), "no error");
}

TEST_F(MessageOrderOnTheServer, AnUpdateSeesTheSignalThatCameBeforeItAlsoInOneTask) {
  auto shop = start_shop(2);
  {
    const RunningWorker first{client(), options};
    wait_for_length(shop, 4);
  }
  shop.signal<&Shop::open>().get();
  shop.signal<&Shop::deliver>().get();
  auto sale = shop.update<&Shop::sell>();
  const RunningWorker second{client(), options};
  EXPECT_EQ(outcome(std::move(sale)), "1");
  shop.signal<&Shop::close>().get();
  EXPECT_EQ(shop.result().get(), 2);
  EXPECT_EQ(replay(options, shop), "no error");
}

TEST_F(MessageOrderOnTheServer, AnUpdateSeesTheSignalsThatAWorkerBeforeHasHandled) {
  auto shop = start_shop(2);
  {
    const RunningWorker first{client(), options};
    wait_for_length(shop, 4);
    shop.signal<&Shop::fill>(1).get();
    wait_for_length(shop, 8);
    shop.signal<&Shop::open>().get();
    wait_for_length(shop, 12);
  }
  const RunningWorker second{client(), options};
  EXPECT_EQ(outcome(shop.update<&Shop::sell>()), "2");
  EXPECT_EQ(shop.query<&Shop::left>().get(), 2);
  EXPECT_EQ(outcome(shop.update<&Shop::sell>()), "1");
  EXPECT_EQ(replay(options, shop), "no error");
  shop.signal<&Shop::close>().get();
  EXPECT_EQ(shop.result().get(), 1);
  EXPECT_EQ(replay(options, shop), "no error");
}

TEST_F(MessageOrderOnTheServer, ABackgroundTaskDoesNotGoOnWhenItsRunHasEnded) {
  const RunningWorker worker{client(), options};
  for (const std::string how : {"return", "fail", "continue"}) {
    auto run = client().start<ends_at_once>({.id = unique_name(), .task_queue = queue}, how).get();
    if (how == "fail") {
      EXPECT_EQ(story_of_failure(run), "ApplicationError: on purpose");
    } else {
      EXPECT_EQ(run.result().get(), "return");
    }
  }
}

TEST_F(MessageOrderOnTheServer, ATimerOfAnyLengthFires) {
  const RunningWorker worker{client(), options};
  std::vector<Future<std::string>> results;
  for (const Duration duration : {Duration{-1s}, Duration{0}, Duration{1}, Duration{999us}, Duration{1ms}}) {
    auto run = client().start<waits_for>({.id = unique_name(), .task_queue = queue}, duration.count()).get();
    results.push_back(run.result());
  }
  for (auto& result : results) EXPECT_EQ(result.get(), "the time is up");
}

TEST_F(MessageOrderOnTheServer, ACutCharacterFailsItsTaskByNameAndTheWorkerGoesOn) {
  const RunningWorker worker{client(), options};
  auto cut = client().start<cuts_a_name>({.id = unique_name(), .task_queue = queue}, "Müller").get();
  const auto failed = wait_for_event(cut, [](const auto& e) { return e.has_workflow_task_failed_event_attributes(); });
  EXPECT_THAT(failed.workflow_task_failed_event_attributes().failure().message(),
              HasSubstr("child workflow other: id is not UTF-8"));
  EXPECT_EQ(client().start<greets>({.id = unique_name(), .task_queue = queue}, "Ann").get().result().get(), "hi Ann");
  cut.terminate().get();
}

TEST_F(MessageOrderOnTheServer, AMemoThatWasChangedGoesOnWithTheNextRun) {
  const RunningWorker worker{client(), options};
  const auto memo = [&](int run, std::map<std::string, Payload> fields) {
    return client()
        .start<hands_its_memo_on>({.id = unique_name(), .task_queue = queue, .memo = std::move(fields)}, run)
        .get()
        .result()
        .get();
  };
  const std::map<std::string, Payload> fields{{"note", converter::to_payload("as started")},
                                              {"gone", converter::to_payload("here")},
                                              {"kept", converter::to_payload("kept")}};
  EXPECT_EQ(memo(1, fields), (std::map<std::string, std::string>{{"kept", "kept"}}));
  EXPECT_EQ(memo(2, {{"note", converter::to_payload("all there is")}}), (std::map<std::string, std::string>{}));
}
