// The client against a real server, with a workflow that every call has something to say to.
#include "server_fixture.h"

#include <temporal/common/errors.h>
#include <temporal/workflow/workflow.h>

#include <temporal/api/history/v1/message.pb.h>

#include <gmock/gmock.h>

#include <string>
#include <vector>

using namespace temporal;
using namespace std::chrono_literals;
using api::history::v1::HistoryEvent;
using client::QueryRejectCondition;
using client::UpdateStage;
using client::WorkflowIdConflictPolicy;
using client::WorkflowIdReusePolicy;
using client::WorkflowStatus;
using temporal::tests::RunningWorker;
using temporal::tests::ServerTest;
using ::testing::HasSubstr;

namespace {

/// Ends once it is approved, with what was ordered and by whom.
class Order {
 public:
  workflow::Task<std::string> run(int ordered) {
    ordered_ = ordered;
    co_await workflow::wait_condition([this] { return !approved_by_.empty(); });
    if (approved_by_ == "nobody") throw ApplicationError{"not for sale", {.type = "Refused"}};
    co_return std::to_string(quantity()) + " for " + approved_by_;
  }
  void approve(std::string who) { approved_by_ = std::move(who); }
  int quantity() const { return ordered_ + added_; }
  int price_in(std::string currency) const { throw ApplicationError{"no price in " + currency, {.type = "Unknown"}}; }

  /// Adds when it is approved.
  workflow::Task<int> add_when_approved(int n) {
    co_await workflow::wait_condition([this] { return !approved_by_.empty(); });
    co_return added_ += n;
  }
  /// The sum of what was added.
  int add(int n) { return added_ += n; }
  void validate_add(int n) const {
    if (n <= 0) throw ApplicationError{"add something", {.type = "Nothing"}};
  }

 private:
  int ordered_ = 0;
  int added_ = 0;
  std::string approved_by_;
};

/// Goes on as a second run, which takes what is put into it until it is told to stop.
class Chain {
 public:
  workflow::Task<int> run(int number) {
    if (number == 1) workflow::continue_as_new<&Chain::run>({}, 2);
    co_await workflow::wait_condition([this] { return stopped_; });
    co_return content_;
  }
  void stop() { stopped_ = true; }
  int content() const { return content_; }
  int put(int n) { return content_ += n; }

 private:
  bool stopped_ = false;
  int content_ = 0;
};

/// Fails in its first run; in later ones it says which it is.
workflow::Task<int> succeeds_later() {
  if (workflow::info().attempt == 1) throw ApplicationError{"not yet"};
  co_return workflow::info().attempt;
}

workflow::Task<> sleeps() { co_await workflow::sleep(24h); }

class ClientTest : public ServerTest {
 protected:
  ClientTest() {
    options_.add_workflow(workflow::definition<Order>()
                              .run<&Order::run>()
                              .signal<&Order::approve>()
                              .query<&Order::quantity>()
                              .query<&Order::price_in>()
                              .update<&Order::add_when_approved>()
                              .update<&Order::add, &Order::validate_add>());
    options_.add_workflow(workflow::definition<Chain>()
                              .run<&Chain::run>()
                              .signal<&Chain::stop>()
                              .query<&Chain::content>()
                              .update<&Chain::put>());
    options_.add_workflow<succeeds_later>();
    options_.add_workflow<sleeps>();
  }

  client::StartOptions start_options() const { return {.id = unique_name(), .task_queue = options_.task_queue}; }

  worker::WorkerOptions options_{.task_queue = unique_name()};
};

/// What a call threw. Fails the test when it threw something else, or nothing.
template <class E, class T>
E error_of(Future<T> call) {
  try {
    call.get();
  } catch (const E& error) {
    return error;
  }
  throw std::runtime_error{"no error"};
}

template <class R>
std::string cause_of_end(const client::WorkflowHandle<R>& handle) {
  return describe(error_of<WorkflowFailedError>(handle.result()).cause());
}

TEST_F(ClientTest, AnIdThatIsTakenIsRefusedWithTheRunThatHasIt) {
  const RunningWorker worker{client(), options_};
  const auto options = start_options();
  const auto order = client().start<&Order::run>(options, 1).get();
  const auto error = error_of<WorkflowAlreadyStartedError>(client().start<&Order::run>(options, 2));
  EXPECT_EQ(error.workflow_id(), options.id);
  EXPECT_EQ(error.run_id(), order.run_id());

  auto joining = options;
  joining.id_conflict_policy = WorkflowIdConflictPolicy::use_existing;
  EXPECT_EQ(client().start<&Order::run>(joining, 3).get().run_id(), order.run_id());

  order.signal<&Order::approve>("Ann").get();
  EXPECT_EQ(order.result().get(), "1 for Ann");
  auto only_once = options;
  only_once.id_reuse_policy = WorkflowIdReusePolicy::reject_duplicate;
  EXPECT_THROW(client().start<&Order::run>(only_once, 4).get(), WorkflowAlreadyStartedError);
}

TEST_F(ClientTest, TwoStartsOfOneRequestIdAreOne) {
  auto options = start_options();
  options.request_id = "once";
  const auto first = client().start<&Order::run>(options, 1).get();
  const auto second = client().start<&Order::run>(options, 1).get();
  EXPECT_EQ(first.run_id(), second.run_id());
  first.terminate().get();
}

TEST_F(ClientTest, AResultFollowsTheRunsThatARetryMakesUnlessOnlyOneIsMeant) {
  const RunningWorker worker{client(), options_};
  auto options = start_options();
  options.retry_policy = RetryPolicy{.initial_interval = 1ms};
  const auto handle = client().start<succeeds_later>(options).get();
  EXPECT_EQ(handle.result().get(), 2);
  const auto error = error_of<WorkflowContinuedAsNewError>(handle.result({.follow_runs = false}));
  const auto second = client().workflow_handle<int>(handle.id(), error.new_run_id());
  EXPECT_EQ(second.result({.follow_runs = false}).get(), 2);
  EXPECT_EQ(second.describe().get().first_run_id, handle.run_id());
}

TEST_F(ClientTest, AWorkflowThatDoesNotCompleteSaysHowItEnded) {
  const RunningWorker worker{client(), options_};
  const auto failed = client().signal_with_start<&Order::run, &Order::approve>(start_options(), {1}, {"nobody"}).get();
  EXPECT_EQ(cause_of_end(failed), "ApplicationError(Refused): not for sale");

  const auto terminated = client().start<sleeps>(start_options()).get();
  terminated.terminate("enough").get();
  EXPECT_EQ(cause_of_end(terminated), "TerminatedError: enough");

  auto in_a_hurry = start_options();
  in_a_hurry.run_timeout = 1s;
  const auto timed_out = client().start<sleeps>(in_a_hurry).get();
  EXPECT_EQ(cause_of_end(timed_out), "TimeoutError: workflow execution timed out");

  const auto cancelled = client().start<sleeps>(start_options()).get();
  cancelled.cancel("changed my mind").get();
  EXPECT_THAT(cause_of_end(cancelled), HasSubstr("CancelledError"));
  std::string reason;
  for (const auto& event : events_of(cancelled.fetch_history().get())) {
    if (!event.has_workflow_execution_cancel_requested_event_attributes()) continue;
    reason = event.workflow_execution_cancel_requested_event_attributes().cause();
  }
  EXPECT_EQ(reason, "changed my mind");
}

TEST_F(ClientTest, SignalWithStartStartsAWorkflowOnceAndSignalsItEachTime) {
  const auto options = start_options();
  const auto started = client().signal_with_start<&Order::run, &Order::approve>(options, {5}, {"Ann"}).get();
  const auto signalled = client().signal_with_start<&Order::run, &Order::approve>(options, {6}, {"Bob"}).get();
  EXPECT_EQ(signalled.run_id(), started.run_id());
  const RunningWorker worker{client(), options_};
  EXPECT_EQ(signalled.result().get(), "5 for Bob");
}

TEST_F(ClientTest, AQueryThatFailsSaysWhatTheHandlerThrew) {
  const RunningWorker worker{client(), options_};
  const auto order = client().start<&Order::run>(start_options(), 7).get();
  EXPECT_EQ(order.query<&Order::quantity>().get(), 7);
  EXPECT_EQ(error_of<QueryFailedError>(order.query<&Order::price_in>("shells")).message(), "no price in shells");
  EXPECT_THROW(order.query<int>("weight", {}).get(), QueryFailedError);
  order.terminate().get();
}

TEST_F(ClientTest, AQueryCanBeRefusedForAWorkflowThatHasEnded) {
  const RunningWorker worker{client(), options_};
  const auto order = client().start<&Order::run>(start_options(), 7).get();
  const client::QueryOptions only_open{.reject_condition = QueryRejectCondition::not_open};
  EXPECT_EQ(order.query<&Order::quantity>(only_open).get(), 7);
  order.signal<&Order::approve>("Ann").get();
  order.result().get();
  EXPECT_EQ(order.query<&Order::quantity>().get(), 7);
  EXPECT_EQ(order.query<&Order::quantity>({.reject_condition = QueryRejectCondition::not_completed_cleanly}).get(), 7);
  const auto error = error_of<client::QueryRejectedError>(order.query<&Order::quantity>(only_open));
  EXPECT_EQ(error.status(), WorkflowStatus::completed);
  EXPECT_EQ(error.message(), "the query was rejected: the workflow is completed");
}

TEST_F(ClientTest, AnUpdateThatIsAcceptedGivesAHandleBeforeItHasAResult) {
  const RunningWorker worker{client(), options_};
  const auto order = client().start<&Order::run>(start_options(), 1).get();
  auto update = order.start_update<&Order::add_when_approved>({.id = "add-2"}, 2).get();
  EXPECT_EQ(update.id(), "add-2");
  EXPECT_EQ(update.workflow_run_id(), order.run_id());
  auto result = update.result();
  auto elsewhere = order.update_handle<&Order::add_when_approved>("add-2").result();
  EXPECT_FALSE(result.wait_for(100ms));
  order.signal<&Order::approve>("Ann").get();
  EXPECT_EQ(result.get(), 2);
  EXPECT_EQ(elsewhere.get(), 2);
}

TEST_F(ClientTest, TwoUpdatesOfOneIdAreOne) {
  const RunningWorker worker{client(), options_};
  const auto order = client().start<&Order::run>(start_options(), 1).get();
  const client::UpdateOptions once{.id = "once", .wait_for_stage = UpdateStage::completed};
  EXPECT_EQ(order.start_update<&Order::add>(once, 2).get().result().get(), 2);
  EXPECT_EQ(order.start_update<&Order::add>(once, 2).get().result().get(), 2);
  EXPECT_EQ(order.update<&Order::add>(2).get(), 4);
  order.terminate().get();
}

TEST_F(ClientTest, ARejectedUpdateHasAHandleWhoseResultSaysWhy) {
  const RunningWorker worker{client(), options_};
  const auto order = client().start<&Order::run>(start_options(), 1).get();
  const auto update = order.start_update<&Order::add>({}, -1).get();
  const auto error = error_of<UpdateFailedError>(update.result());
  EXPECT_EQ(describe(error.cause()), "ApplicationError(Nothing): add something");
  EXPECT_THROW(order.update_handle<int>("never sent").result().get(), RpcError);
  order.terminate().get();
}

TEST_F(ClientTest, AHandleGoesOnWithTheRunsThatFollowTheOneItStarted) {
  const RunningWorker worker{client(), options_};
  const auto options = start_options();
  const auto chain = client().start<&Chain::run>(options, 1).get();
  const auto second = client().workflow_handle<&Chain::run>(options.id);
  while (second.describe().get().run_id == chain.run_id()) std::this_thread::sleep_for(5ms);

  EXPECT_EQ(chain.start_update<&Chain::put>({.id = "u"}, 3).get().result().get(), 3);
  EXPECT_EQ(chain.update_handle<&Chain::put>("u").result().get(), 3);
  EXPECT_EQ(chain.update<&Chain::put>(4).get(), 7);
  EXPECT_EQ(chain.query<&Chain::content>().get(), 7);
  EXPECT_EQ(chain.describe().get().first_run_id, chain.run_id());
  chain.signal<&Chain::stop>().get();
  EXPECT_EQ(chain.result().get(), 7);

  for (const bool politely : {true, false}) {
    const auto ended = client().start<&Chain::run>(start_options(), 1).get();
    const auto latest = client().workflow_handle<&Chain::run>(ended.id());
    while (latest.describe().get().run_id == ended.run_id()) std::this_thread::sleep_for(5ms);
    (politely ? ended.cancel() : ended.terminate()).get();
    EXPECT_THROW(ended.result().get(), WorkflowFailedError);
  }
}

TEST_F(ClientTest, UpdateWithStartStartsAWorkflowOnceAndUpdatesItEachTime) {
  const RunningWorker worker{client(), options_};
  auto options = start_options();
  EXPECT_THROW(static_cast<void>(client().update_with_start<&Order::run, &Order::add>(options, {1}, {}, {2})),
               ConfigurationError);
  options.id_conflict_policy = WorkflowIdConflictPolicy::use_existing;
  auto [order, update] = client().update_with_start<&Order::run, &Order::add>(options, {1}, {}, {2}).get();
  EXPECT_EQ(update.result().get(), 2);
  auto [same, second] = client().update_with_start<&Order::run, &Order::add>(options, {100}, {}, {4}).get();
  EXPECT_EQ(same.run_id(), order.run_id());
  EXPECT_EQ(second.result().get(), 6);

  auto fresh = options;
  fresh.id_conflict_policy = WorkflowIdConflictPolicy::fail;
  EXPECT_EQ(
      error_of<WorkflowAlreadyStartedError>(client().update_with_start<&Order::run, &Order::add>(fresh, {1}, {}, {2}))
          .run_id(),
      order.run_id());
  order.terminate().get();
}

TEST_F(ClientTest, ADescriptionTellsWhatTheWorkflowWasStartedWithAndWhereItIs) {
  const RunningWorker worker{client(), options_};
  auto options = start_options();
  options.memo = {{"shop", converter::to_payload("corner")}};
  options.static_summary = "An order";
  options.static_details = "of *many* things";
  const auto order = client().start<&Order::run>(options, 1).get();
  const auto running = order.describe().get();
  EXPECT_EQ(running.id, options.id);
  EXPECT_EQ(running.run_id, order.run_id());
  EXPECT_EQ(running.first_run_id, order.first_run_id());
  EXPECT_EQ(running.workflow_type, "Order");
  EXPECT_EQ(running.task_queue, options.task_queue);
  EXPECT_EQ(running.status, WorkflowStatus::running);
  EXPECT_GT(running.start_time, Timestamp{});
  EXPECT_GE(running.execution_time, running.start_time);
  EXPECT_FALSE(running.close_time);
  EXPECT_FALSE(running.parent);
  EXPECT_EQ(running.root, (client::WorkflowExecution{options.id, order.run_id()}));
  EXPECT_EQ(converter::from_payload<std::string>(running.memo.at("shop")), "corner");
  EXPECT_EQ(running.static_summary, "An order");
  EXPECT_EQ(running.static_details, "of *many* things");
  EXPECT_GT(running.history_size_bytes, 0);

  order.signal<&Order::approve>("Ann").get();
  order.result().get();
  const auto closed = order.describe().get();
  EXPECT_EQ(closed.status, WorkflowStatus::completed);
  EXPECT_GE(closed.close_time, closed.start_time);
  EXPECT_EQ(closed.history_length, static_cast<std::int64_t>(events_of(order.fetch_history().get()).size()));
}

TEST_F(ClientTest, AHistoryComesWholeOrInPages) {
  const RunningWorker worker{client(), options_};
  const auto order = client().signal_with_start<&Order::run, &Order::approve>(start_options(), {1}, {"Ann"}).get();
  order.result().get();
  const auto whole = order.fetch_history().get();
  EXPECT_EQ(whole.workflow_id, order.id());
  EXPECT_EQ(whole.run_id, order.run_id());

  auto pages = client().workflow_handle(order.id()).history_pages({.page_size = 2});
  int count = 0;
  std::int64_t last = 0;
  while (auto page = pages.next().get()) {
    EXPECT_EQ(page->run_id, order.run_id());
    ++count;
    for (const auto& event : events_of(*page)) EXPECT_EQ(event.event_id(), ++last);
  }
  EXPECT_EQ(last, static_cast<std::int64_t>(events_of(whole).size()));
  EXPECT_GT(count, 1);
  EXPECT_FALSE(pages.next().get()) << "after the end there is nothing";

  auto close = order.history_pages({.close_event_only = true});
  EXPECT_TRUE(events_of(*close.next().get()).back().has_workflow_execution_completed_event_attributes());
}

TEST_F(ClientTest, AHistoryCanBeFollowedWhileItGrows) {
  const RunningWorker worker{client(), options_};
  const auto order = client().start<&Order::run>(start_options(), 1).get();
  auto pages = order.history_pages({.wait_new_event = true});
  std::vector<HistoryEvent> events;
  const auto read = [&](const auto& until) {
    while (events.empty() || !until(events.back())) {
      for (auto& event : events_of(*pages.next().get())) events.push_back(event);
    }
  };
  read([](const HistoryEvent& event) { return event.has_workflow_task_completed_event_attributes(); });
  auto waiting = pages.next();
  EXPECT_FALSE(waiting.wait_for(100ms));
  order.signal<&Order::approve>("Ann").get();
  events = events_of(*waiting.get());
  EXPECT_TRUE(events.front().has_workflow_execution_signaled_event_attributes());
  read([](const HistoryEvent& event) { return event.has_workflow_execution_completed_event_attributes(); });
  EXPECT_FALSE(pages.next().get());
}

TEST_F(ClientTest, AWorkflowThatIsNotThereIsAnErrorOfItsOwn) {
  const auto nobody = client().workflow_handle<&Order::run>("nobody");
  EXPECT_THROW(nobody.result().get(), WorkflowNotFoundError);
  EXPECT_THROW(nobody.signal<&Order::approve>("Ann").get(), WorkflowNotFoundError);
  EXPECT_THROW(nobody.query<&Order::quantity>().get(), WorkflowNotFoundError);
  EXPECT_THROW(nobody.update<&Order::add>(1).get(), WorkflowNotFoundError);
  EXPECT_THROW(nobody.cancel().get(), WorkflowNotFoundError);
  EXPECT_THROW(nobody.terminate().get(), WorkflowNotFoundError);
  EXPECT_THROW(nobody.describe().get(), WorkflowNotFoundError);
  EXPECT_THROW(nobody.fetch_history().get(), WorkflowNotFoundError);

  const auto elsewhere = client::Client::connect({.address = address(), .namespace_ = "nowhere"});
  try {
    elsewhere.workflow_handle("nobody").describe().get();
    FAIL() << "no error";
  } catch (const WorkflowNotFoundError&) {
    FAIL() << "it is the namespace that is not there";
  } catch (const RpcError& error) {
    EXPECT_EQ(error.status(), GrpcStatus::not_found);
  }
}

TEST_F(ClientTest, ALongTextIsRefusedWithAnErrorThatNamesIt) {
  const auto order = client().start<&Order::run>(start_options(), 1).get();
  const std::string huge(3'000'000, 'x');
  const std::string too_large(5'000'000, 'x');
  const auto with = [this](auto change) {
    auto options = start_options();
    change(options);
    return client().start<&Order::run>(options, 1);
  };
  const auto by_id = [&](auto... id) { return client().async_activity_handle(id...).complete(); };
  const auto message = [](auto call) -> std::string {
    try {
      call.get();
      return "no error";
    } catch (const RpcError& error) {
      return error.message();
    }
  };
  const std::vector<std::pair<std::string, std::string>> refusals{
      {"WorkflowId", message(with([&](auto& options) { options.id = huge; }))},
      {"taskQueue", message(with([&](auto& options) { options.task_queue = huge; }))},
      {"CronSchedule", message(with([&](auto& options) { options.cron_schedule = huge; }))},
      {"RequestId", message(with([&](auto& options) { options.request_id = huge; }))},
      {"emo", message(with([&](auto& options) { options.memo["note"] = converter::to_payload(huge); }))},
      {"WorkflowType", message(client().start(huge, start_options()))},
      {"limit", message(client().start("Order", start_options(), converter::to_payloads(huge)))},
      {"larger than max", message(client().start("Order", start_options(), converter::to_payloads(too_large)))},
      {"SignalName", message(order.signal(huge, {}))},
      {"limit", message(order.signal("approve", converter::to_payloads(huge)))},
      {"UpdateId", message(order.start_update<int>("add", {.id = huge}, {}))},
      {"update \"xxx", message(order.update_handle<int>(huge).result())},
      {"workflow not found", message(client().workflow_handle(huge).describe())},
      {"workflow not found", message(client().workflow_handle(huge).result())},
      {"RunId", message(client().workflow_handle(order.id(), huge).describe())},
      {"ActivityID", message(by_id(order.id(), std::string{}, huge))},
  };
  for (const auto& [field, refusal] : refusals) EXPECT_NE(refusal.find(field), std::string::npos) << field;
  order.terminate().get();
}

TEST_F(ClientTest, ACallTakesNoLongerThanItMay) {
  // No worker: nobody answers the query.
  const auto order = client().start<&Order::run>(start_options(), 1).get();
  const auto impatient = client().with_rpc_options({.timeout = 200ms}).workflow_handle(order.id());
  const auto error = error_of<RpcError>(impatient.query<int>("quantity", {}));
  EXPECT_EQ(error.status(), GrpcStatus::deadline_exceeded) << error.message();
  order.terminate().get();
}

}  // namespace
