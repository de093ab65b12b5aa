#include <temporal/worker/worker_options.h>

#include <temporal/common/errors.h>

#include <gmock/gmock.h>

using namespace temporal;
using worker::WorkerOptions;

namespace {

void ping() {}
workflow::Task<> hello() { co_return; }
class Empty {};

WorkerOptions good() {
  WorkerOptions options{.task_queue = "queue"};
  options.add_activity<ping>();
  options.add_workflow<hello>();
  return options;
}

std::string complaint(const WorkerOptions& options) {
  try {
    validate(options);
  } catch (const ConfigurationError& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST(WorkerOptions, GoodOnesPass) { EXPECT_EQ(complaint(good()), ""); }

TEST(WorkerOptions, ATaskQueueIsRequired) {
  auto options = good();
  options.task_queue = "";
  EXPECT_THAT(complaint(options), testing::HasSubstr("set task_queue"));
}

TEST(WorkerOptions, AWorkerWithNothingToDoIsRefused) {
  EXPECT_THAT(complaint({.task_queue = "queue"}), testing::HasSubstr("add_workflow"));
}

TEST(WorkerOptions, ANameThatIsRegisteredTwiceIsRefused) {
  auto options = good();
  options.add_activity<ping>();
  EXPECT_THAT(complaint(options), testing::HasSubstr("activity ping is registered twice"));
}

TEST(WorkerOptions, AClassWithoutARunFunctionIsRefused) {
  auto options = good();
  options.add_workflow(workflow::definition<Empty>());
  EXPECT_THAT(complaint(options), testing::HasSubstr("workflow Empty has no run function"));
}

TEST(WorkerOptions, AVersionedWorkflowNeedsABehaviorOfItsOwnOrTheDefault) {
  auto options = good();
  options.deployment_version = {.deployment_name = "app", .build_id = "1"};
  EXPECT_THAT(complaint(options),
              testing::AllOf(testing::HasSubstr("workflow hello"), testing::HasSubstr("versioning_behavior"),
                             testing::HasSubstr("default_versioning_behavior")));
  options.default_versioning_behavior = VersioningBehavior::pinned;
  EXPECT_EQ(complaint(options), "");
}

TEST(WorkerOptions, ACacheNeedsTwoWorkflowSlots) {
  auto options = good();
  options.max_concurrent_workflow_tasks = 1;
  EXPECT_THAT(complaint(options), testing::HasSubstr("at least 2"));
}
