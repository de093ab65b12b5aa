// A worker's life and its limits, against a real server.
#include "server_fixture.h"

#include <temporal/activity/activity.h>
#include <temporal/client/detail/session.h>
#include <temporal/common/errors.h>
#include <temporal/workflow/workflow.h>

#include <temporal/api/history/v1/message.pb.h>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <gmock/gmock.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <deque>
#include <future>
#include <latch>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <type_traits>
#include <vector>

using namespace temporal;
using namespace std::chrono_literals;
using temporal::tests::RunningWorker;
using temporal::tests::ServerTest;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;
using Clock = std::chrono::steady_clock;

namespace {

void tick() {}

/// Starts so many of them at once, and waits for all.
template <class Start>
workflow::Task<> run_side_by_side(int count, Start start) {
  std::vector<std::invoke_result_t<Start&>> running;
  running.reserve(count);
  for (int i = 0; i < count; ++i) running.push_back(start());
  for (const auto& activity : running) co_await activity;
}

workflow::Task<> ticks(int count) {
  return run_side_by_side(count, [] { return workflow::start_activity<tick>({.start_to_close_timeout = 60s}); });
}

workflow::Task<std::string> echo(std::string text) { co_return text; }

std::latch* slow_started = nullptr;
std::string slow() {
  slow_started->count_down();
  while (!activity::stop_token().stop_requested()) std::this_thread::sleep_for(1ms);
  return "stopped in good order";
}
workflow::Task<std::string> calls_slow() {
  co_return co_await workflow::execute_activity<slow>({.start_to_close_timeout = 60s});
}

std::string leaves_early() {
  slow_started->count_down();
  while (!activity::worker_shutdown_token().stop_requested()) std::this_thread::sleep_for(1ms);
  return "left early";
}
workflow::Task<std::string> calls_one_that_leaves_early() {
  co_return co_await workflow::execute_activity<leaves_early>({.start_to_close_timeout = 60s});
}

workflow::Task<> calls_one_that_listens() {
  co_await workflow::execute_activity_named<void>("listens", {.start_to_close_timeout = 60s}, {});
}

/// Blocks its thread the first time that it runs.
struct Blockage {
  std::promise<void> promise;
  std::shared_future<void> released{promise.get_future()};
  std::atomic<int> runs = 0;
};
Blockage* blockage = nullptr;
workflow::Task<std::string> blocks_at_first() {
  const auto released = blockage->released;
  if (++blockage->runs == 1) released.wait();
  co_return "done";
}

/// Never more than two activities at a time.
class TwoAtATime : public worker::CustomSlotSupplier {
 public:
  void reserve(const worker::SlotContext&, worker::SlotReservation reservation) override {
    const std::scoped_lock lock{mutex_};
    waiting_.push_back(std::move(reservation));
    serve();
  }
  std::optional<worker::SlotPermit> try_reserve(const worker::SlotContext&) override {
    const std::scoped_lock lock{mutex_};
    if (used_ == 2) return std::nullopt;
    ++used_;
    return worker::SlotPermit{};
  }
  void mark_used(const worker::SlotPermit&, const worker::SlotInfo& info) override {
    const std::scoped_lock lock{mutex_};
    types_.insert(info.type);
  }
  void release(const worker::SlotPermit&, const std::optional<worker::SlotInfo>&) override {
    const std::scoped_lock lock{mutex_};
    --used_;
    serve();
  }

  std::set<std::string> types() const {
    const std::scoped_lock lock{mutex_};
    return types_;
  }
  int used() const {
    const std::scoped_lock lock{mutex_};
    return used_;
  }

 private:
  void serve() {
    for (; used_ < 2 && !waiting_.empty(); waiting_.pop_front(), ++used_) waiting_.front().grant();
  }

  mutable std::mutex mutex_;
  std::deque<worker::SlotReservation> waiting_;
  std::set<std::string> types_;
  int used_ = 0;
};

std::atomic<int> side_by_side = 0;
std::atomic<int> most_side_by_side = 0;
std::atomic<int> expected_side_by_side = 1;
void counts_itself() {
  const int now = ++side_by_side;
  for (int most = most_side_by_side; now > most && !most_side_by_side.compare_exchange_weak(most, now);) {
  }
  for (const auto limit = Clock::now() + 30s; most_side_by_side < expected_side_by_side && Clock::now() < limit;) {
    std::this_thread::sleep_for(1ms);
  }
  std::this_thread::sleep_for(20ms);  // long enough for one too many to come in
  --side_by_side;
}
workflow::Task<> crowd(int count) {
  return run_side_by_side(count,
                          [] { return workflow::start_activity<counts_itself>({.start_to_close_timeout = 60s}); });
}
workflow::Task<> crowd_at_home(int count) {
  return run_side_by_side(
      count, [] { return workflow::start_local_activity<counts_itself>({.start_to_close_timeout = 60s}); });
}

class WorkerTest : public ServerTest {
 protected:
  /// From here on activities wait until this many have run side by side.
  static void expect_side_by_side(int count) {
    most_side_by_side = 0;
    expected_side_by_side = count;
  }

  static std::string task_failure(const client::WorkflowHandle<std::string>& handle) {
    const auto failed =
        wait_for_event(handle, [](const auto& event) { return event.has_workflow_task_failed_event_attributes(); });
    return failed.workflow_task_failed_event_attributes().failure().message();
  }

  static void make_current(const WorkerDeploymentVersion& version) {
    api::workflowservice::v1::SetWorkerDeploymentCurrentVersionRequest request;
    request.set_namespace_("default");
    request.set_deployment_name(version.deployment_name);
    request.set_build_id(version.build_id);
    request.set_allow_no_pollers(true);
    core::await([&](core::Callback done) {
      client().session()->call("set_worker_deployment_current_version", request, client::detail::CallKind::normal,
                               std::move(done));
    });
  }
};

}  // namespace

TEST_F(WorkerTest, ARegistrationThatCannotWorkIsRefusedBeforeItStarts) {
  worker::WorkerOptions twice{.task_queue = unique_name()};
  twice.add_workflow<echo>();
  twice.add_workflow<echo>();
  EXPECT_THROW(worker::Worker(client(), twice), ConfigurationError);
  EXPECT_THROW(worker::Worker(client(), {.task_queue = unique_name()}), ConfigurationError) << "nothing to run";
}

TEST_F(WorkerTest, StartsNoMoreActivitiesPerSecondThanItMay) {
  worker::WorkerOptions options{.task_queue = unique_name(), .max_activities_per_second = 10};
  options.disable_eager_activity_execution = true;
  options.add_workflow<ticks>();
  options.add_activity<tick>();
  const auto began = Clock::now();  // the worker's first poll counts, too
  const RunningWorker worker{client(), options};
  client().execute<ticks>({.id = unique_name(), .task_queue = options.task_queue}, 20).get();
  EXPECT_GE(Clock::now() - began, 1500ms);
}

TEST_F(WorkerTest, TheServerHoldsItToTheRateOfTheTaskQueue) {
  worker::WorkerOptions options{.task_queue = unique_name(), .max_task_queue_activities_per_second = 5};
  options.disable_eager_activity_execution = true;
  options.add_workflow<ticks>();
  options.add_activity<tick>();
  const RunningWorker worker{client(), options};
  const auto began = Clock::now();
  client().execute<ticks>({.id = unique_name(), .task_queue = options.task_queue}, 10).get();
  EXPECT_GE(Clock::now() - began, 1s);
}

TEST_F(WorkerTest, PollsWithTheBehaviorsOfItsChoice) {
  worker::WorkerOptions options{.task_queue = unique_name(),
                                .workflow_task_poller_behavior = worker::Autoscaling{1, 4, 2},
                                .activity_task_poller_behavior = worker::SimpleMaximum{1}};
  options.add_workflow<ticks>();
  options.add_activity<tick>();
  const RunningWorker worker{client(), options};
  client().execute<ticks>({.id = unique_name(), .task_queue = options.task_queue}, 3).get();
}

TEST_F(WorkerTest, ItsDefaultVersioningBehaviorIsThatOfAWorkflowWithoutOne) {
  const WorkerDeploymentVersion version{.deployment_name = unique_name(), .build_id = "build-1"};
  worker::WorkerOptions options{.task_queue = unique_name(),
                                .deployment_version = version,
                                .default_versioning_behavior = VersioningBehavior::auto_upgrade};
  options.add_workflow<echo>();
  const RunningWorker worker{client(), options};
  make_current(version);
  auto handle = client().start<echo>({.id = unique_name(), .task_queue = options.task_queue}, std::string{"hi"}).get();
  EXPECT_EQ(handle.result().get(), "hi");
  const auto done =
      wait_for_event(handle, [](const auto& event) { return event.has_workflow_task_completed_event_attributes(); });
  EXPECT_EQ(done.workflow_task_completed_event_attributes().versioning_behavior(),
            api::enums::v1::VERSIONING_BEHAVIOR_AUTO_UPGRADE);
}

TEST_F(WorkerTest, ALongLivedOneStopsInGoodOrder) {
  worker::WorkerOptions options{.task_queue = unique_name(), .graceful_shutdown_timeout = 100ms};
  options.add_workflow<calls_slow>();
  options.add_activity<slow>();
  std::latch started{1};
  slow_started = &started;
  auto handle = client().start<calls_slow>({.id = unique_name(), .task_queue = options.task_queue}).get();
  {
    std::jthread running{
        [&](std::stop_token stop) { worker::Worker{client(), options}.run(std::move(stop)); }};  // NOLINT
    started.wait();
  }
  const RunningWorker next{client(), options};
  EXPECT_EQ(handle.result().get(), "stopped in good order");
}

TEST_F(WorkerTest, AnActivityThatHearsOfTheShutdownNeedNotWaitForItsGraceToEnd) {
  worker::WorkerOptions options{.task_queue = unique_name(), .graceful_shutdown_timeout = 24h};
  options.add_workflow<calls_one_that_leaves_early>();
  options.add_activity<leaves_early>();
  std::latch started{1};
  slow_started = &started;
  worker::Worker worker{client(), options};
  worker.start();
  const auto handle =
      client().start<calls_one_that_leaves_early>({.id = unique_name(), .task_queue = options.task_queue}).get();
  started.wait();
  EXPECT_TRUE(worker.shutdown(std::chrono::steady_clock::time_point::max()));
  const RunningWorker next{client(), options};
  EXPECT_EQ(handle.result().get(), "left early");
}

TEST_F(WorkerTest, WhoListensForTheShutdownDoesNotHoldItUp) {
  static std::promise<void> release;
  static const auto released = release.get_future().share();
  static std::latch started{1};
  static std::latch ended{1};
  static const auto listens = [] {
    {
      const std::stop_callback listener{activity::worker_shutdown_token(), [] { released.wait(); }};
      started.count_down();
      while (!activity::worker_shutdown_token().stop_requested()) std::this_thread::sleep_for(1ms);
    }
    ended.count_down();
  };
  worker::WorkerOptions options{.task_queue = unique_name(), .graceful_shutdown_timeout = 24h};
  options.add_workflow<calls_one_that_listens>();
  options.add_activity("listens", listens);
  worker::Worker worker{client(), options};
  worker.start();
  const auto handle =
      client().start<calls_one_that_listens>({.id = unique_name(), .task_queue = options.task_queue}).get();
  started.wait();
  EXPECT_FALSE(worker.shutdown(std::chrono::steady_clock::now() + 200ms)) << "it is left behind";
  release.set_value();
  ended.wait();
  handle.terminate().get();
}

TEST_F(WorkerTest, AWorkflowThatDoesNotYieldFailsItsTaskAndTheOthersGoOn) {
  Blockage stuck;
  blockage = &stuck;
  worker::WorkerOptions options{.task_queue = unique_name(), .deadlock_timeout = 200ms};
  options.add_workflow<blocks_at_first>();
  options.add_workflow<echo>();
  const RunningWorker worker{client(), options};
  const auto id = unique_name();
  auto handle = client().start<blocks_at_first>({.id = id, .task_queue = options.task_queue}).get();
  EXPECT_THAT(task_failure(handle),
              StartsWith("[TMPRL1101] Potential deadlock detected: workflow blocks_at_first (id " + id +
                         ") did not yield within 0.2 s"));
  EXPECT_EQ(client().execute<echo>({.id = unique_name(), .task_queue = options.task_queue}, std::string{"hi"}).get(),
            "hi");
  EXPECT_EQ(handle.result().get(), "done");  // in another attempt, while the first one is still stuck
  stuck.promise.set_value();
}

TEST_F(WorkerTest, AWorkflowThatDoesNotYieldDoesNotHoldUpTheEnd) {
  static Blockage stuck;
  blockage = &stuck;
  worker::WorkerOptions options{.task_queue = unique_name(), .deadlock_timeout = 200ms};
  static std::string log;  // what is abandoned may still write
  options.log = Logger::create({}, [](std::string_view line) { log += line; });
  options.add_workflow<blocks_at_first>();
  worker::Worker worker{client(), options};
  worker.start();
  auto handle = client().start<blocks_at_first>({.id = "stuck", .task_queue = options.task_queue}).get();
  EXPECT_THAT(task_failure(handle), HasSubstr("TMPRL1101"));
  const auto deadline = Clock::now() + 60s;
  EXPECT_FALSE(worker.shutdown(deadline));
  EXPECT_LT(Clock::now(), deadline);
  EXPECT_THAT(log, AllOf(HasSubstr("a workflow did not yield and was abandoned"),
                         HasSubstr(R"("workflow_type":"blocks_at_first","workflow_id":"stuck")")));
  stuck.promise.set_value();
}

TEST_F(WorkerTest, ASlotSupplierOfTheUsersLimitsWhatRunsSideBySide) {
  const auto supplier = std::make_shared<TwoAtATime>();
  worker::WorkerOptions options{.task_queue = unique_name(), .tuner = worker::WorkerTuner{.activities = supplier}};
  options.add_workflow<crowd>();
  options.add_activity<counts_itself>();
  expect_side_by_side(2);
  {
    const RunningWorker worker{client(), options};
    client().execute<crowd>({.id = unique_name(), .task_queue = options.task_queue}, 10).get();
    EXPECT_EQ(most_side_by_side, 2);
    EXPECT_EQ(supplier->types(), std::set<std::string>{"counts_itself"});
  }
  while (supplier->used() != 0) std::this_thread::sleep_for(1ms);  // each slot comes back
}

TEST_F(WorkerTest, FixedSlotsOfATunerLimitWhatRunsSideBySide) {
  worker::WorkerOptions options{.task_queue = unique_name(),
                                .tuner = worker::WorkerTuner{.workflow_tasks = worker::FixedSizeSlots{2},
                                                             .activities = worker::FixedSizeSlots{3},
                                                             .local_activities = worker::FixedSizeSlots{1}}};
  options.add_workflow<crowd>();
  options.add_workflow<crowd_at_home>();
  options.add_activity<counts_itself>();
  const RunningWorker worker{client(), options};
  expect_side_by_side(3);
  client().execute<crowd>({.id = unique_name(), .task_queue = options.task_queue}, 10).get();
  EXPECT_EQ(most_side_by_side, 3);
  expect_side_by_side(1);
  client().execute<crowd_at_home>({.id = unique_name(), .task_queue = options.task_queue}, 5).get();
  EXPECT_EQ(most_side_by_side, 1);
}

TEST_F(WorkerTest, ResourceBasedSlotsRunTasksOfEveryKind) {
  const worker::ResourceBasedSlots slots{.minimum = 2, .maximum = 10, .ramp_throttle = 1ms};
  worker::WorkerOptions options{
      .task_queue = unique_name(),
      .tuner = worker::WorkerTuner{.workflow_tasks = slots, .activities = slots, .local_activities = slots}};
  options.add_workflow<crowd>();
  options.add_workflow<crowd_at_home>();
  options.add_activity<counts_itself>();
  const RunningWorker worker{client(), options};
  expect_side_by_side(2);
  client().execute<crowd>({.id = unique_name(), .task_queue = options.task_queue}, 20).get();
  EXPECT_GE(most_side_by_side, 2);
  EXPECT_LE(most_side_by_side, 10);
  expect_side_by_side(2);
  client().execute<crowd_at_home>({.id = unique_name(), .task_queue = options.task_queue}, 20).get();
  EXPECT_GE(most_side_by_side, 2);
  EXPECT_LE(most_side_by_side, 10);
}
