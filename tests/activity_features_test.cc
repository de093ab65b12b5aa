// What activities can do, against a real server.
#include "server_fixture.h"

#include <temporal/activity/activity.h>
#include <temporal/client/detail/session.h>
#include <temporal/common/errors.h>
#include <temporal/common/sleep.h>
#include <temporal/converter/proto_payload.h>
#include <temporal/core/request.h>
#include <temporal/workflow/workflow.h>

#include <gmock/gmock.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <future>
#include <map>
#include <stdexcept>

using namespace temporal;
using namespace std::chrono_literals;
using activity::CancellationReason;
using temporal::tests::RunningWorker;
using temporal::tests::ServerTest;

namespace service = temporal::api::workflowservice::v1;

namespace {

constexpr auto activity_id = "the-activity";

workflow::Task<RawValue> calls(std::string activity) {
  co_return co_await workflow::execute_activity_named<RawValue>(
      activity,
      {.start_to_close_timeout = 60s,
       .heartbeat_timeout = 10s,
       .retry_policy = RetryPolicy{.initial_interval = 1ms, .maximum_attempts = 3},
       .activity_id = activity_id,
       .cancellation_type = workflow::ActivityCancellationType::wait_cancellation_completed},
      {});
}

/// An activity that nobody gives more than a second. Core tells it so five seconds later.
workflow::Task<RawValue> hurries(std::string activity) {
  co_return co_await workflow::execute_activity_named<RawValue>(
      activity, {.start_to_close_timeout = 1s, .retry_policy = RetryPolicy{.maximum_attempts = 1}}, {});
}

RetryPolicy every_option_of_a_retry_policy() {
  return {.initial_interval = 2s,
          .backoff_coefficient = 1.5,
          .maximum_interval = 3s,
          .maximum_attempts = 2,
          .non_retryable_error_types = {"CardDeclined", "OutOfStock"}};
}

workflow::Task<RawValue> schedules_with_every_option(std::string activity) {
  co_return co_await workflow::execute_activity_named<RawValue>(
      activity,
      {.start_to_close_timeout = 10s,
       .schedule_to_close_timeout = 20s,
       .schedule_to_start_timeout = 15s,
       .heartbeat_timeout = 5s,
       .retry_policy = every_option_of_a_retry_policy(),
       .task_queue = workflow::info().task_queue + "-other",
       .activity_id = activity_id,
       .summary = "looks **it** up",
       .priority = {.priority_key = 2, .fairness_key = "gold", .fairness_weight = 2.5F}},
      {});
}

workflow::Task<RawValue> waits_for_a_worker(std::string activity) {
  co_return co_await workflow::execute_activity_named<RawValue>(activity,
                                                                {.start_to_close_timeout = 60s,
                                                                 .schedule_to_start_timeout = 100ms,
                                                                 .task_queue = workflow::info().task_queue + "-nobody"},
                                                                {});
}

workflow::Task<RawValue> has_little_time_for_all_attempts(std::string activity) {
  co_return co_await workflow::execute_activity_named<RawValue>(activity, {.schedule_to_close_timeout = 500ms}, {});
}

/// An activity that has a few seconds between two heartbeats.
workflow::Task<RawValue> listens_for_heartbeats(std::string activity) {
  co_return co_await workflow::execute_activity_named<RawValue>(
      activity,
      {.start_to_close_timeout = 60s, .heartbeat_timeout = 5s, .retry_policy = RetryPolicy{.maximum_attempts = 1}}, {});
}

/// Cancels its activity when it is told to, and says how that ended for it.
workflow::Task<RawValue> changes_its_mind(std::string activity, workflow::ActivityCancellationType type) {
  bool told = false;
  const auto stop = workflow::set_signal_handler("stop", [&] { told = true; });
  const auto running = workflow::start_activity_named<RawValue>(
      activity, {.start_to_close_timeout = 60s, .heartbeat_timeout = 10s, .cancellation_type = type}, {});
  co_await workflow::wait_condition([&] { return told; });
  running.cancel();
  std::string ended = "completed";
  try {
    co_await running;
  } catch (const ActivityError&) {
    ended = is_cancellation(std::current_exception()) ? "cancelled" : "failed";
  }
  co_return RawValue{converter::to_payload(ended)};
}
workflow::Task<RawValue> only_tries(std::string activity) {
  return changes_its_mind(std::move(activity), workflow::ActivityCancellationType::try_cancel);
}
workflow::Task<RawValue> abandons(std::string activity) {
  return changes_its_mind(std::move(activity), workflow::ActivityCancellationType::abandon);
}

class Meeting {
 public:
  std::string place() const { return place_; }
  /// Ends when all have come.
  Task<int> attend(int expected) {
    ++present_;
    while (present_ < expected) co_await sleep_for(5ms);
    co_return present_;
  }

 private:
  std::string place_ = "room 7";
  std::atomic<int> present_ = 0;
};

workflow::Task<int> meets(int expected) {
  std::vector<workflow::ActivityHandle<int>> all;
  for (int i = 0; i < expected; ++i) {
    all.push_back(workflow::start_activity<&Meeting::attend>({.start_to_close_timeout = 60s}, expected));
  }
  int least = expected;
  for (const auto& one : all) least = std::min(least, co_await one);
  co_return least;
}

class ActivityFeatures : public ServerTest {
 protected:
  using Handle = client::WorkflowHandle<RawValue>;

  ActivityFeatures() {
    options_.task_queue = unique_name();
    options_.max_heartbeat_throttle_interval = 50ms;
    options_.add_workflow<calls>();
    options_.add_workflow<hurries>();
  }

  template <auto Workflow = calls>
  Handle start(std::string activity) {
    return client().start<Workflow>({.id = unique_name(), .task_queue = options_.task_queue}, activity).get();
  }
  /// Its history goes with the code, as every history whose outcome is looked at.
  template <class R>
  R result_of(const Handle& handle) const {
    const auto result = converter::from_payload<R>(handle.result().get().payload);
    EXPECT_EQ(replay(options_, handle), "no error");
    return result;
  }

  /// Registers an activity that heartbeats until it is asked to stop. Asked for nothing, its later attempts end at
  /// once.
  void add_patient_activity() {
    options_.add_activity("patient", [this]() -> Task<int> {
      const int attempt = activity::info().attempt;
      if (attempt > 1 || seen_) co_return attempt;
      begun_.set_value();
      while (co_await sleep_for(5ms)) activity::heartbeat(attempt);
      seen_ = true;
      reason_.set_value(activity::cancellation_reason().value());
      activity::throw_if_cancelled();
      co_return 0;
    });
  }
  CancellationReason reason() { return reason_.get_future().get(); }

  /// Registers an activity that leaves, and says who it was.
  void add_leaving_activity() {
    options_.add_activity("leaves", [this] {
      left_.set_value(activity::info());
      activity::complete_asynchronously();
    });
  }
  activity::Info left() { return left_.get_future().get(); }

  template <class Request>
  static void ask(const std::string& method, Request request, const Handle& handle) {
    request.set_namespace_(client().options().namespace_);
    request.mutable_execution()->set_workflow_id(handle.id());
    request.set_id(activity_id);
    core::await([&](auto done) {
      client().session()->call(method, request, client::detail::CallKind::normal, std::move(done));
    });
  }

  /// What the activity of a failed workflow failed with.
  std::exception_ptr failure_of(const Handle& handle) const {
    try {
      handle.result().get();
    } catch (const WorkflowFailedError& error) {
      EXPECT_EQ(replay(options_, handle), "no error");
      try {
        std::rethrow_exception(error.cause());
      } catch (const ActivityError& activity) {
        return activity.cause();
      } catch (...) {
        return error.cause();
      }
    }
    return std::make_exception_ptr(std::logic_error{"the workflow did not fail"});
  }

  static std::ptrdiff_t requests_to_cancel(const Handle& handle) {
    return std::ranges::count_if(history_of(handle), [](const auto& event) {
      return event.has_activity_task_cancel_requested_event_attributes();
    });
  }

  worker::WorkerOptions options_;
  std::promise<void> begun_;
  std::promise<CancellationReason> reason_;
  std::promise<activity::Info> left_;
  std::atomic<bool> seen_ = false;
};

}  // namespace

TEST_F(ActivityFeatures, ManyCoroutinesShareOneThread) {
  options_.activity_executor = std::make_shared<ThreadPool>(1);
  options_.add_workflow<meets>();
  options_.add_activity<&Meeting::attend>(std::make_shared<Meeting>());
  const RunningWorker worker{client(), options_};
  const auto handle = client().start<meets>({.id = unique_name(), .task_queue = options_.task_queue}, 50).get();
  EXPECT_EQ(handle.result().get(), 50);
  EXPECT_EQ(replay(options_, handle), "no error");
}

TEST_F(ActivityFeatures, AMemberFunctionOfASharedObjectRunsOnAThread) {
  options_.add_activity<&Meeting::place>(std::make_shared<Meeting>());
  const RunningWorker worker{client(), options_};
  EXPECT_EQ(result_of<std::string>(start("place")), "room 7");
}

TEST_F(ActivityFeatures, ACoroutineHoldsItsSlotUntilItIsDone) {
  options_.max_concurrent_activities = 1;
  std::atomic<int> running = 0;
  std::atomic<int> most = 0;
  options_.add_activity("alone", [&]() -> Task<> {
    most = std::max(most.load(), ++running);
    co_await sleep_for(20ms);
    --running;
  });
  const RunningWorker worker{client(), options_};
  std::vector<Handle> handles;
  for (int i = 0; i < 5; ++i) handles.push_back(start("alone"));
  for (const auto& handle : handles) handle.result().get();
  EXPECT_EQ(most, 1);
}

TEST_F(ActivityFeatures, ADynamicActivityRunsWhatIsNotRegistered) {
  struct Any {
    static std::string run(std::vector<RawValue> arguments) {
      return activity::info().activity_type + " of " + std::to_string(arguments.size());
    }
  };
  options_.add_dynamic_activity<&Any::run>();
  const RunningWorker worker{client(), options_};
  EXPECT_EQ(result_of<std::string>(start("resize")), "resize of 0");
}

TEST_F(ActivityFeatures, OneThatIsNotRegisteredFailsWithTheNamesOfThoseThatAre) {
  options_.add_activity("resize", [] {});
  const RunningWorker worker{client(), options_};
  EXPECT_EQ(
      describe(failure_of(start("reszie"))),
      "ApplicationError(NotFoundError): activity type reszie is not registered on this worker; registered are: resize");
}

TEST_F(ActivityFeatures, AnActivityKnowsItsRetryPolicyItsTimeoutsAndWhoCalledIt) {
  add_leaving_activity();
  const RunningWorker worker{client(), options_};
  auto handle = start("leaves");
  const auto info = left();
  EXPECT_EQ(info.activity_id, activity_id);
  EXPECT_EQ(info.activity_type, "leaves");
  EXPECT_EQ(info.workflow_id, handle.id());
  EXPECT_EQ(info.workflow_type, "calls");
  EXPECT_EQ(info.task_queue, options_.task_queue);
  EXPECT_EQ(info.attempt, 1);
  EXPECT_FALSE(info.is_local);
  EXPECT_EQ(info.heartbeat_timeout, 10s);
  EXPECT_EQ(info.start_to_close_timeout, 60s);
  ASSERT_TRUE(info.retry_policy);
  EXPECT_EQ(info.retry_policy->maximum_attempts, 3);
  client().async_activity_handle(info.task_token).complete().get();
  handle.result().get();
}

TEST_F(ActivityFeatures, IsScheduledWithEveryOption) {
  options_.add_workflow<schedules_with_every_option>();
  auto other = options_;
  other.task_queue += "-other";
  other.add_activity("lookup", [] { return 7; });
  const RunningWorker worker{client(), options_};
  const RunningWorker of_the_activity{client(), other};
  auto handle = start<schedules_with_every_option>("lookup");
  EXPECT_EQ(result_of<int>(handle), 7);
  const auto history = history_of(handle);
  const auto scheduled = std::ranges::find_if(
      history, [](const auto& event) { return event.has_activity_task_scheduled_event_attributes(); });
  ASSERT_NE(scheduled, history.end());
  const auto& attributes = scheduled->activity_task_scheduled_event_attributes();
  EXPECT_EQ(attributes.activity_id(), activity_id);
  EXPECT_EQ(attributes.task_queue().name(), other.task_queue);
  EXPECT_EQ(attributes.start_to_close_timeout().seconds(), 10);
  EXPECT_EQ(attributes.schedule_to_close_timeout().seconds(), 20);
  EXPECT_EQ(attributes.schedule_to_start_timeout().seconds(), 15);
  EXPECT_EQ(attributes.heartbeat_timeout().seconds(), 5);
  EXPECT_EQ(converter::to_retry_policy(attributes.retry_policy()), every_option_of_a_retry_policy());
  EXPECT_EQ(attributes.priority().priority_key(), 2);
  EXPECT_EQ(attributes.priority().fairness_key(), "gold");
  EXPECT_EQ(attributes.priority().fairness_weight(), 2.5F);
  EXPECT_EQ(scheduled->user_metadata().summary().data(), "\"looks **it** up\"");
}

TEST_F(ActivityFeatures, TimeoutsOfTheWaitAndOfAllAttemptsAreToldApart) {
  options_.add_workflow<waits_for_a_worker>();
  options_.add_workflow<has_little_time_for_all_attempts>();
  add_leaving_activity();
  const RunningWorker worker{client(), options_};
  const auto type_of = [this](const Handle& handle) {
    try {
      std::rethrow_exception(failure_of(handle));
    } catch (const TimeoutError& error) {
      return error.timeout_type();
    }
  };
  EXPECT_EQ(type_of(start<waits_for_a_worker>("leaves")), TimeoutType::schedule_to_start);
  EXPECT_EQ(type_of(start<has_little_time_for_all_attempts>("leaves")), TimeoutType::schedule_to_close);
}

TEST_F(ActivityFeatures, OneThatFallsSilentTimesOutWithWhatItLastSaid) {
  options_.add_workflow<listens_for_heartbeats>();
  options_.add_activity("falls-silent", []() -> Task<> {
    activity::heartbeat(std::string{"page 7"});
    while (co_await sleep_for(1h)) continue;
  });
  const RunningWorker worker{client(), options_};
  try {
    std::rethrow_exception(failure_of(start<listens_for_heartbeats>("falls-silent")));
  } catch (const TimeoutError& error) {
    EXPECT_EQ(error.timeout_type(), TimeoutType::heartbeat);
    EXPECT_EQ(converter::from_payload<std::string>(error.last_heartbeat_details().at(0)), "page 7");
  }
}

TEST_F(ActivityFeatures, AnErrorOfATypeThatThePolicyNamesIsNotRetried) {
  options_.add_workflow<schedules_with_every_option>();
  auto other = options_;
  other.task_queue += "-other";
  other.add_activity("declines", [] { throw ApplicationError{"no money", {.type = "CardDeclined"}}; });
  const RunningWorker worker{client(), options_};
  const RunningWorker of_the_activity{client(), other};
  const auto handle = start<schedules_with_every_option>("declines");
  EXPECT_THROW(std::rethrow_exception(failure_of(handle)), ApplicationError);
  EXPECT_THAT(story_of_failure(handle), ::testing::HasSubstr("CardDeclined"));
  for (const auto& event : history_of(handle)) {
    if (!event.has_activity_task_failed_event_attributes()) continue;
    EXPECT_EQ(event.activity_task_failed_event_attributes().retry_state(),
              api::enums::v1::RETRY_STATE_NON_RETRYABLE_FAILURE);
  }
}

TEST_F(ActivityFeatures, AWorkflowThatOnlyTriesToCancelDoesNotWaitForTheActivity) {
  options_.add_workflow<only_tries>();
  add_patient_activity();
  const RunningWorker worker{client(), options_};
  auto handle = start<only_tries>("patient");
  begun_.get_future().wait();
  handle.signal("stop", {}).get();
  EXPECT_EQ(result_of<std::string>(handle), "cancelled");
  EXPECT_TRUE(std::ranges::none_of(
      history_of(handle), [](const auto& event) { return event.has_activity_task_canceled_event_attributes(); }));
  // The request reaches it with a heartbeat, when its workflow may have ended already.
  EXPECT_THAT(reason(), ::testing::AnyOf(CancellationReason::cancelled, CancellationReason::gone));
  EXPECT_EQ(requests_to_cancel(handle), 1);
}

TEST_F(ActivityFeatures, AWorkflowThatAbandonsItsActivityDoesNotAskItToStop) {
  options_.add_workflow<abandons>();
  add_patient_activity();
  const RunningWorker worker{client(), options_};
  auto handle = start<abandons>("patient");
  begun_.get_future().wait();
  handle.signal("stop", {}).get();
  EXPECT_EQ(result_of<std::string>(handle), "cancelled");
  EXPECT_EQ(reason(), CancellationReason::gone) << "since its workflow has ended";
  EXPECT_EQ(requests_to_cancel(handle), 0);
}

TEST_F(ActivityFeatures, IsCompletedByItsTaskToken) {
  add_leaving_activity();
  const RunningWorker worker{client(), options_};
  auto handle = start("leaves");
  const auto later = client().async_activity_handle(left().task_token);
  const auto status = later.heartbeat(1).get();
  EXPECT_FALSE(status.cancel_requested || status.paused || status.reset);
  later.complete(std::string{"from elsewhere"}).get();
  EXPECT_EQ(result_of<std::string>(handle), "from elsewhere");
  try {
    later.complete(1).get();
    FAIL() << "completed twice";
  } catch (const RpcError& error) {
    EXPECT_EQ(error.status(), GrpcStatus::not_found);
  }
}

TEST_F(ActivityFeatures, IsFailedByItsIds) {
  add_leaving_activity();
  const RunningWorker worker{client(), options_};
  auto handle = start("leaves");
  const auto info = left();
  client()
      .async_activity_handle(info.workflow_id, info.workflow_run_id, info.activity_id)
      .fail(ApplicationError{"no courier", {.type = "Undeliverable", .non_retryable = true}})
      .get();
  try {
    std::rethrow_exception(failure_of(handle));
  } catch (const ApplicationError& error) {
    EXPECT_EQ(error.type(), "Undeliverable");
  }
}

// The server refuses what is no application's failure: the attempt would hang until its timeout.
TEST_F(ActivityFeatures, IsFailedFromElsewhereByErrorsOfEveryKind) {
  std::array<std::promise<std::string>, 3> tokens;
  options_.add_activity("leaves", [&] {
    const auto info = activity::info();
    tokens.at(static_cast<std::size_t>(info.attempt - 1)).set_value(info.task_token);
    activity::complete_asynchronously();
  });
  const RunningWorker worker{client(), options_};
  const auto handle = start("leaves");
  const auto attempt = [&](std::size_t n) {
    return client().async_activity_handle(tokens.at(n - 1).get_future().get());
  };
  attempt(1).fail(TimeoutError{"too slow", TimeoutType::start_to_close}).get();
  try {
    throw std::out_of_range{"caught by its base"};
  } catch (const std::logic_error& error) {
    attempt(2).fail(error).get();
  }
  attempt(3).fail(CancelledError{"unasked"}).get();
  EXPECT_EQ(describe(failure_of(handle)), "ApplicationError(CancelledError): unasked: CancelledError: unasked");
  std::vector<std::string> stories;
  for (const auto& event : history_of(handle)) {
    if (event.has_activity_task_started_event_attributes())
      stories.push_back(
          event.activity_task_started_event_attributes().last_failure().application_failure_info().type());
  }
  EXPECT_EQ(stories, std::vector<std::string>{"std::out_of_range"}) << "the last one before";
  EXPECT_THROW(static_cast<void>(client().async_activity_handle("token").fail(std::exception_ptr{})),
               std::invalid_argument);
}

TEST_F(ActivityFeatures, IsToldOfACancellationByAHeartbeatAndReportsIt) {
  add_leaving_activity();
  const RunningWorker worker{client(), options_};
  auto handle = start("leaves");
  const auto info = left();
  const auto later = client().async_activity_handle(info.workflow_id, "", info.activity_id);
  handle.cancel().get();
  while (!later.heartbeat().get().cancel_requested) std::this_thread::sleep_for(10ms);
  later.report_cancellation(std::string{"half done"}).get();
  EXPECT_THROW(std::rethrow_exception(failure_of(handle)), CancelledError);
}

TEST_F(ActivityFeatures, SeesThatItsWorkflowAsksItToStop) {
  add_patient_activity();
  const RunningWorker worker{client(), options_};
  auto handle = start("patient");
  begun_.get_future().wait();
  handle.cancel().get();
  EXPECT_EQ(reason(), CancellationReason::cancelled);
  EXPECT_THROW(std::rethrow_exception(failure_of(handle)), CancelledError);
}

TEST_F(ActivityFeatures, SeesThatItsWorkflowIsGone) {
  add_patient_activity();
  const RunningWorker worker{client(), options_};
  auto handle = start("patient");
  begun_.get_future().wait();
  handle.terminate("enough").get();
  EXPECT_EQ(reason(), CancellationReason::gone);
}

TEST_F(ActivityFeatures, SeesThatItIsPausedAndRunsAgainAfterwards) {
  add_patient_activity();
  const RunningWorker worker{client(), options_};
  auto handle = start("patient");
  begun_.get_future().wait();
  ask("pause_activity", service::PauseActivityRequest{}, handle);
  EXPECT_EQ(reason(), CancellationReason::paused);
  ask("unpause_activity", service::UnpauseActivityRequest{}, handle);
  EXPECT_GE(result_of<int>(handle), 1);
}

TEST_F(ActivityFeatures, SeesThatItIsResetAndRunsAgain) {
  add_patient_activity();
  const RunningWorker worker{client(), options_};
  auto handle = start("patient");
  begun_.get_future().wait();
  ask("reset_activity", service::ResetActivityRequest{}, handle);
  EXPECT_EQ(reason(), CancellationReason::reset);
  EXPECT_GE(result_of<int>(handle), 1);
}

TEST_F(ActivityFeatures, SeesThatItsTimeIsOver) {
  options_.add_activity("slow", [this]() -> Task<> {
    while (co_await sleep_for(1h)) continue;
    reason_.set_value(activity::cancellation_reason().value());
  });
  const RunningWorker worker{client(), options_};
  auto handle = start<hurries>("slow");
  EXPECT_THROW(std::rethrow_exception(failure_of(handle)), TimeoutError);
  EXPECT_EQ(reason(), CancellationReason::timed_out);
}

TEST_F(ActivityFeatures, SeesThatItsWorkerStopsAndIsRunByTheNext) {
  add_patient_activity();
  std::optional<RunningWorker> worker{std::in_place, client(), options_};
  auto handle = start("patient");
  begun_.get_future().wait();
  worker.reset();
  EXPECT_EQ(reason(), CancellationReason::worker_shutdown);
  const RunningWorker next{client(), options_};
  EXPECT_GE(result_of<int>(handle), 2) << "attempts: one may be lost on its way to the worker that stopped";
}

TEST_F(ActivityFeatures, AnErrorSaysWhenToTryAgain) {
  options_.add_activity("waits", [] {
    const int attempt = activity::info().attempt;
    if (attempt == 1) throw ApplicationError{"busy", {.next_retry_delay = 300ms}};
    return activity::info().current_attempt_scheduled_time - activity::info().scheduled_time >= 300ms;
  });
  const RunningWorker worker{client(), options_};
  EXPECT_TRUE(result_of<bool>(start("waits"))) << "the retry policy says 1 ms";
}

TEST_F(ActivityFeatures, AnErrorKeepsItsTypeDetailsAndCategory) {
  options_.add_activity("declines", [] {
    throw ApplicationError{"no money",
                           {.type = "CardDeclined",
                            .details = converter::to_payloads(7, std::string{"ink"}),
                            .non_retryable = true,
                            .category = ErrorCategory::benign}};
  });
  const RunningWorker worker{client(), options_};
  try {
    std::rethrow_exception(failure_of(start("declines")));
  } catch (const ApplicationError& error) {
    EXPECT_EQ(error.message(), "no money");
    EXPECT_EQ(error.type(), "CardDeclined");
    EXPECT_TRUE(error.non_retryable());
    EXPECT_EQ(error.category(), ErrorCategory::benign);
    EXPECT_EQ((converter::from_payloads<std::tuple<int, std::string>>(error.details())),
              (std::tuple{7, std::string{"ink"}}));
  }
}

TEST_F(ActivityFeatures, ARetryFindsWhatTheLastHeartbeatSaid) {
  using Progress = std::map<std::string, int>;
  options_.add_activity("resumes", []() -> Task<int> {
    if (const auto progress = activity::heartbeat_details<Progress>()) co_return progress->at("page");
    for (int page = 1; page <= 40; ++page) activity::heartbeat(Progress{{"page", page}});
    throw std::runtime_error{"paper jam"};
  });
  const RunningWorker worker{client(), options_};
  EXPECT_EQ(result_of<int>(start("resumes")), 40) << "the last, though most were throttled";
}
