// Two builds as two functions, and workflows that run through the switch from one to the other and back.
#include "serverless_stack.h"
#include "test_function.h"

#include <gmock/gmock.h>

#include <algorithm>

using namespace temporal::tests;
using ::testing::ElementsAre;

TEST(Rollout, B4_F10_APinnedWorkflowStaysOnItsBuildAndAnUpgradingOneFollowsTheCurrentOne) {
  ServerlessStack stack{{.name = "rollout",
                         .builds = {"build-1", "build-2"},
                         .variables = {{"TEMPORAL_LAMBDA_IDLE_TIMEOUT", "600ms"}},
                         .lambda_arguments = {"--timeout", "60"}}};
  const auto wait_for_answers = [&](const std::string& id, int count) {
    wait_until(id + " at stop " + std::to_string(count), [&] {
      const auto history = stack.history(id);
      const auto answers = std::ranges::count_if(
          history.events(), [](const auto& event) { return event.has_activity_task_completed_event_attributes(); });
      // The task that takes the answer runs on the same build only if it runs before the next rollout.
      return answers >= count && history.events().rbegin()->has_workflow_task_completed_event_attributes();
    });
  };
  auto pinned = stack.client().start<&PinnedTour::run>(stack.start_options("pinned")).get();
  auto upgrading = stack.client().start<&UpgradingTour::run>(stack.start_options("upgrading")).get();
  stack.deploy("build-2");
  int stop = 1;
  for (const auto* build : {"build-2", "build-1"}) {
    for (const auto* id : {"pinned", "upgrading"}) wait_for_answers(id, stop);
    stack.make_current(build);
    pinned.signal<&Tour::go_on>().get();
    upgrading.signal<&Tour::go_on>().get();
    ++stop;
  }
  EXPECT_THAT(pinned.result().get(), ElementsAre("build-1 for build-1", "build-1 for build-1", "build-1 for build-1"));
  EXPECT_THAT(upgrading.result().get(),
              ElementsAre("build-1 for build-1", "build-2 for build-2", "build-1 for build-1"));
  for (const auto* id : {"pinned", "upgrading"}) {
    EXPECT_THAT(stack.losses(id), ::testing::IsEmpty()) << "no task waits for the sticky queue of a worker that left";
  }
}
