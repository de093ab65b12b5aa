// A worker that has no workflow cached takes up each task from its history: it must do what one with a cache did, and
// what a replay will do.
#include "server_fixture.h"

#include <temporal/workflow/workflow.h>

#include <gmock/gmock.h>

#include <string>

using namespace temporal;
using namespace std::chrono_literals;
using temporal::tests::RunningWorker;
using temporal::tests::ServerTest;

namespace {

/// What the signal leaves undone until its workflow goes on decides what the update does.
class Door {
 public:
  workflow::Task<std::string> run() {
    co_await workflow::wait_condition([this] { return opened_; });
    state_ = "open";
    co_await workflow::wait_condition([this] { return !seen_.empty(); });
    co_return seen_;
  }
  void open() { opened_ = true; }
  workflow::Task<std::string> look() {
    if (state_ == "open") co_await workflow::sleep(1ms);  // a command that says which way it went
    co_return seen_ = state_;
  }

 private:
  bool opened_ = false;
  std::string state_ = "closed";
  std::string seen_;
};

class ColdStart : public ServerTest, public ::testing::WithParamInterface<int> {};

}  // namespace

TEST_P(ColdStart, AnUpdateAfterATaskWithoutCommandsFindsWhatThatTaskDid) {
  worker::WorkerOptions options{.task_queue = unique_name(),
                                .max_cached_workflows = static_cast<std::size_t>(GetParam())};
  options.add_workflow(workflow::definition<Door>().run<&Door::run>().signal<&Door::open>().update<&Door::look>());
  const RunningWorker worker{client(), options};
  auto handle = client().start<&Door::run>({.id = "door-" + unique_name(), .task_queue = options.task_queue}).get();
  (void)wait_for_event(handle, [](const auto& event) { return event.has_workflow_task_completed_event_attributes(); });
  handle.signal<&Door::open>().get();
  (void)wait_for_event(handle, [](const auto& event) {
    return event.has_workflow_task_completed_event_attributes() && event.event_id() > 4;
  });
  EXPECT_EQ(handle.update<&Door::look>().get(), "open");
  EXPECT_EQ(handle.result().get(), "open");
  EXPECT_EQ(replay(options, handle), "no error");
}

INSTANTIATE_TEST_SUITE_P(Cache, ColdStart, ::testing::Values(0, 100),
                         [](const auto& cached) { return cached.param == 0 ? "Without" : "With"; });
