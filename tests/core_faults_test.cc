// What core 0.10.1 did wrong under a worker with little room, and with a server that goes away: bridge/core.patch mends
// it (docs/adr/0016). When core does it by itself, these go on.
#include "server_fixture.h"
#include "tcp_proxy.h"

#include <temporal/workflow/workflow.h>

#include <gmock/gmock.h>

#include <atomic>
#include <latch>
#include <string>
#include <thread>
#include <vector>

using namespace temporal;
using namespace std::chrono_literals;
using temporal::tests::RunningWorker;
using temporal::tests::ServerTest;

namespace {

/// Counts what it is told to, until it is told to end.
class Counter {
 public:
  workflow::Task<int> run() {
    co_await workflow::wait_condition([this] { return ended_; });
    co_return count_;
  }
  void add() { ++count_; }
  void end() { ended_ = true; }
  [[nodiscard]] int count() const { return count_; }

 private:
  int count_ = 0;
  bool ended_ = false;
};

std::atomic<int> attempts = 0;
std::latch* begun = nullptr;
std::atomic<bool> go_on = false;
int waits() {
  if (++attempts == 1) begun->count_down();
  while (!go_on) std::this_thread::yield();
  return 7;
}

class WaitsAtHome {
 public:
  workflow::Task<int> run() {
    const auto result = co_await workflow::execute_local_activity<waits>({.start_to_close_timeout = 1min});
    co_await workflow::wait_condition([this] { return notes_ == 2; });
    co_return result + notes_;
  }
  void note() { ++notes_; }

 private:
  int notes_ = 0;
};

using CoreFaults = ServerTest;

}  // namespace

// The queries of a run that was evicted while they waited had no answer, and their callers waited for their timeout.
TEST_F(CoreFaults, QueriesAreAnsweredThoughTheirRunIsEvictedBeforeTheirTurn) {
  worker::WorkerOptions options{.task_queue = unique_name(), .max_cached_workflows = 1};
  options.add_workflow(workflow::definition<Counter>()
                           .run<&Counter::run>()
                           .signal<&Counter::add>()
                           .signal<&Counter::end>()
                           .query<&Counter::count>());
  const RunningWorker worker{client(), options};
  constexpr int rounds = 40;
  std::vector<client::WorkflowHandle<int>> runs;
  for (int i = 0; i < 3; ++i) {
    runs.push_back(client().start<&Counter::run>({.id = unique_name(), .task_queue = options.task_queue}).get());
  }
  // Tasks and queries of three runs that share one place.
  std::vector<std::thread> callers;
  for (const auto& run : runs) {
    callers.emplace_back([&run] {
      for (int i = 0; i < rounds; ++i) run.signal<&Counter::add>().get();
    });
    for (int asker = 0; asker < 2; ++asker) {
      callers.emplace_back([&run] {
        for (int i = 0, last = 0; i < rounds; ++i) {
          const auto count = run.query<&Counter::count>().get();
          EXPECT_LE(last, count);
          last = count;
        }
      });
    }
  }
  for (auto& caller : callers) caller.join();
  for (const auto& run : runs) {
    EXPECT_EQ(run.query<&Counter::count>().get(), rounds);
    run.signal<&Counter::end>().get();
    EXPECT_EQ(run.result().get(), rounds);
  }
}

// The task of a worker whose answer does not arrive is given out again: to the same worker, which still waits for the
// local activity of the first one.
TEST_F(CoreFaults, ATaskThatComesWhileALocalActivityRunsTakesNobodysPlace) {
  tests::TcpProxy proxy{address()};
  worker::WorkerOptions options{.task_queue = unique_name()};
  options.add_workflow(workflow::definition<WaitsAtHome>().run<&WaitsAtHome::run>().signal<&WaitsAtHome::note>());
  options.add_activity<waits>();
  std::latch first{1};
  begun = &first;
  const auto far = client::Client::connect({.address = proxy.address()});
  const RunningWorker worker{far, options};
  const auto run =
      client()
          .start<&WaitsAtHome::run>({.id = unique_name(), .task_queue = options.task_queue, .task_timeout = 1s})
          .get();
  begun->wait();
  run.signal<&WaitsAtHome::note>().get();
  proxy.go_away();
  (void)wait_for_event(run, [](const auto& event) { return event.has_workflow_task_timed_out_event_attributes(); });
  proxy.come_back();
  run.signal<&WaitsAtHome::note>().get();
  // The task is given out again while the activity runs.
  std::ptrdiff_t tasks = 0;
  const auto has_started = [](const auto& event) { return event.has_workflow_task_started_event_attributes(); };
  while (tasks < 2) {
    const auto events = history_of(run);
    tasks = std::ranges::count_if(events, has_started);
  }
  go_on = true;
  EXPECT_EQ(run.result().get(), 9);
  EXPECT_EQ(replay(options, run), "no error");
}
