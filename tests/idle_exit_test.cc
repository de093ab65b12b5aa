// A worker that leaves because it is idle, and tasks that come just then.
#include "serverless_stack.h"
#include "test_function.h"

#include <gmock/gmock.h>

#include <chrono>
#include <thread>

using namespace temporal;
using namespace temporal::tests;
using namespace std::chrono_literals;

namespace {

constexpr int tries = 100;
constexpr auto idle_timeout = 600ms;

/// From the end of one workflow to the start of the next. The server has a worker's last polls end within this window:
/// half of the tries fall on the moment of the decision to leave, the others on the time up to the last poll's end and
/// after.
std::chrono::milliseconds delay(int number) {
  constexpr auto around_the_decision = 40ms;
  constexpr auto after_it = 1100ms;
  constexpr int half = tries / 2;
  const auto begin = idle_timeout - around_the_decision / 2;
  return number < half ? begin + around_the_decision * number / half
                       : begin + around_the_decision + after_it * (number - half) / half;
}

}  // namespace

// The server reports no second task of a partition within half a second: the worker that the first one brought has to
// see it, in whichever partition it is. Were it left behind, nothing would ever fetch it.
TEST(IdleExit, X1_ATaskThatFollowsAnotherWithinHalfASecondIsSeen) {
  ServerlessStack stack{{.name = "follow-up",
                         .variables = {{"TEMPORAL_LAMBDA_IDLE_TIMEOUT", "600ms"}},
                         .lambda_arguments = {"--timeout", "60"}}};
  for (int round = 0; round < 8; ++round) {
    stack.wait_for_rest();
    std::vector<Future<std::string>> results;
    for (int number = 0; number < 4; ++number) {
      const auto id = "follow-" + std::to_string(round) + "-" + std::to_string(number);
      results.push_back(stack.client().execute<hello>(stack.start_options(id), id));
      std::this_thread::sleep_for(110ms);  // the time is what is tested
    }
    for (auto& result : results) EXPECT_TRUE(result.get().starts_with("Hello, follow-"));
  }
}

namespace {

void expect_no_loss_around_the_idle_exit(std::vector<std::string> dynamic_config) {
  ServerlessStack stack{{.name = "idle-exit",
                         .variables = {{"TEMPORAL_LAMBDA_IDLE_TIMEOUT", std::to_string(idle_timeout.count()) + "ms"}},
                         .lambda_arguments = {"--timeout", "60"},
                         .dynamic_config = std::move(dynamic_config)}};
  const auto invocations = stack.lambda().events("invocation_start").size();
  for (int number = 0; number < tries; ++number) {
    const auto id = "try-" + std::to_string(number);
    ASSERT_EQ(stack.client().execute<hello>(stack.start_options(id), id).get(), "Hello, " + id + "!");
    const auto end = std::chrono::steady_clock::now();
    ASSERT_THAT(stack.losses(id), ::testing::IsEmpty())
        << "started " << delay(number - 1).count() << " ms after the end of the workflow before\n"
        << stack.lambda().log();
    std::this_thread::sleep_until(end + delay(number));  // the time is what is tested
  }
  stack.wait_for_rest();
  EXPECT_GT(stack.lambda().events("invocation_start").size(), invocations + tries / 4) << "workers did leave";
}

}  // namespace

TEST(IdleExit, X1_F10_F14_ATaskThatComesWhileTheWorkerLeavesIsNotLost) { expect_no_loss_around_the_idle_exit({}); }

TEST(IdleExit, X1_F10_F14_NorIsItOnAServerThatCouldEndPollsOnRequest) {
  expect_no_loss_around_the_idle_exit({"frontend.enableCancelWorkerPollsOnShutdown=true"});
}
