#include <temporal/worker/worker_options.h>

#include <temporal/common/errors.h>

#include <gmock/gmock.h>

using namespace temporal;
using worker::WorkerOptions;

namespace {

void ping() {}
workflow::Task<> hello() { co_return; }
workflow::Task<> any(std::vector<RawValue> /*arguments*/) { co_return; }
workflow::Task<> any_other(std::vector<RawValue> /*arguments*/) { co_return; }
void any_activity(std::vector<RawValue> /*arguments*/) {}
class Empty {};
class Door {
 public:
  workflow::Task<> run() { co_return; }
  void open() {}
  bool is_open() const { return false; }
  void on_any(std::string /*name*/, std::vector<RawValue> /*arguments*/) {}
  bool answer_any(std::string /*name*/, std::vector<RawValue> /*arguments*/) const { return false; }
};

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

TEST(WorkerOptions, ASecondDynamicWorkflowIsRefused) {
  auto options = good();
  options.add_dynamic_workflow<any>();
  EXPECT_EQ(complaint(options), "");
  options.add_dynamic_workflow<any_other>();
  EXPECT_THAT(complaint(options), testing::HasSubstr("two dynamic workflows"));
}

TEST(WorkerOptions, ASecondDynamicActivityIsRefused) {
  auto options = good();
  options.add_dynamic_activity<any_activity>();
  EXPECT_EQ(complaint(options), "");
  EXPECT_THROW(options.add_dynamic_activity<any_activity>(), ConfigurationError);
}

TEST(WorkerOptions, AWorkflowWhoseRequiredActivityIsMissingIsRefused) {
  auto options = good();
  options.add_workflow(
      workflow::definition<Door>({.required_activities = workflow::activity_names<ping, any_activity>()})
          .run<&Door::run>());
  EXPECT_THAT(complaint(options),
              testing::HasSubstr("workflow Door requires the activity any_activity, which is not registered"));
  auto with_a_dynamic_one = options;
  with_a_dynamic_one.add_dynamic_activity<any_activity>();
  EXPECT_EQ(complaint(with_a_dynamic_one), "");
  options.add_activity("any_activity", [] {});
  EXPECT_EQ(complaint(options), "");
}

TEST(WorkerOptions, ANameThatIsEmptyIsRefused) {
  auto options = good();
  options.add_activity({.name = "", .run = options.activities.front().run});
  EXPECT_THAT(complaint(options), testing::HasSubstr("a registered activity has no name"));
}

TEST(WorkerOptions, BadTextsNamesAndNumbersAreRefusedByTheirField) {
  const std::string cut = "M\xC3";
  const std::vector<std::pair<const char*, std::function<void(WorkerOptions&)>>> cases{
      {"task_queue is not UTF-8", [&](auto& o) { o.task_queue = cut; }},
      {"task_queue is __temporal_x", [](auto& o) { o.task_queue = "__temporal_x"; }},
      {"identity is not UTF-8", [&](auto& o) { o.identity = cut; }},
      {"deployment_name is not UTF-8", [&](auto& o) { o.deployment_version = {cut, "1"}; }},
      {"build_id is not UTF-8", [&](auto& o) { o.deployment_version = {"shop", cut}; }},
      {"registered activity is not UTF-8", [&](auto& o) { o.activities.front().name = cut; }},
      {"registered workflow is not UTF-8", [&](auto& o) { o.workflows.front().name = cut; }},
      {"registered activity is named __stack_trace", [](auto& o) { o.activities.front().name = "__stack_trace"; }},
      {"registered workflow is named __temporal_x", [](auto& o) { o.workflows.front().name = "__temporal_x"; }},
      {"deadlock_timeout is negative", [](auto& o) { o.deadlock_timeout = std::chrono::seconds{-1}; }},
      {"graceful_shutdown_timeout is negative", [](auto& o) { o.graceful_shutdown_timeout = Duration::min(); }},
  };
  for (const auto& [field, change] : cases) {
    auto options = good();
    change(options);
    EXPECT_THAT(complaint(options), testing::HasSubstr(field));
    EXPECT_THAT(complaint(options), testing::Not(testing::HasSubstr(cut))) << "a log could not take it";
  }
}

TEST(WorkerOptions, AHandlerNameThatIsTakenIsRefused) {
  const auto twice = [](auto add) {
    auto once = add(workflow::definition<Door>().run<&Door::run>());
    try {
      (void)add(std::move(once));
    } catch (const ConfigurationError& error) {
      return std::string{error.what()};
    }
    return std::string{};
  };
  EXPECT_EQ(
      twice([](auto builder) { return std::move(builder).template signal<&Door::open>(); }),
      "workflow Door has two signal handlers named open: register it once, or give one of the two another name by "
      "specialising temporal::registered_name");
  EXPECT_THAT(twice([](auto builder) { return std::move(builder).template query<&Door::is_open>(); }),
              testing::HasSubstr("two query handlers named is_open"));
  EXPECT_THAT(twice([](auto builder) { return std::move(builder).template update<&Door::open>(); }),
              testing::HasSubstr("two update handlers named open"));
  EXPECT_THAT(twice([](auto builder) { return std::move(builder).template dynamic_signal<&Door::on_any>(); }),
              testing::HasSubstr("workflow Door has two dynamic signal handlers"));
  EXPECT_THAT(twice([](auto builder) { return std::move(builder).template dynamic_query<&Door::answer_any>(); }),
              testing::HasSubstr("two dynamic query handlers"));
  EXPECT_THAT(twice([](auto builder) { return std::move(builder).template dynamic_update<&Door::on_any>(); }),
              testing::HasSubstr("two dynamic update handlers"));
}

TEST(WorkerOptions, ASecondRunFunctionIsRefused) {
  EXPECT_THROW(workflow::definition<Door>().run<&Door::run>().run<&Door::run>(), ConfigurationError);
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

TEST(WorkerOptions, AVersioningBehaviorOfAWorkflowNeedsAVersion) {
  auto options = good();
  options.workflows.front().options.versioning_behavior = VersioningBehavior::pinned;
  EXPECT_THAT(complaint(options),
              testing::AllOf(testing::HasSubstr("workflow hello"), testing::HasSubstr("Set deployment_version"),
                             testing::HasSubstr("without a versioning_behavior")));
  options.deployment_version = {.deployment_name = "app", .build_id = "1"};
  EXPECT_EQ(complaint(options), "");
}

TEST(WorkerOptions, ADefaultVersioningBehaviorNeedsAVersion) {
  auto options = good();
  options.default_versioning_behavior = VersioningBehavior::pinned;
  EXPECT_THAT(complaint(options), testing::HasSubstr("set deployment_version"));
}

TEST(WorkerOptions, ACacheNeedsTwoWorkflowSlots) {
  auto options = good();
  options.max_concurrent_workflow_tasks = 1;
  EXPECT_THAT(complaint(options), testing::HasSubstr("at least 2"));
}

TEST(WorkerOptions, ValuesOutOfRangeAreRefusedByName) {
  const auto refused = [](auto change) {
    auto options = good();
    change(options);
    return complaint(options);
  };
  using worker::Autoscaling;
  using worker::SimpleMaximum;
  EXPECT_THAT(refused([](auto& o) { o.max_concurrent_activities = 0; }),
              testing::HasSubstr("max_concurrent_activities is 0"));
  EXPECT_THAT(refused([](auto& o) { o.workflow_task_poller_behavior = SimpleMaximum{1}; }),
              testing::HasSubstr("workflow_task_poller_behavior"));
  EXPECT_THAT(refused([](auto& o) { o.nexus_task_poller_behavior = Autoscaling{5, 1, 1}; }),
              testing::HasSubstr("nexus_task_poller_behavior"));
  EXPECT_THAT(refused([](auto& o) { o.max_activities_per_second = 0; }),
              testing::HasSubstr("max_activities_per_second"));
  EXPECT_THAT(refused([](auto& o) { o.max_task_queue_activities_per_second = -1; }),
              testing::HasSubstr("max_task_queue_activities_per_second"));
  EXPECT_THAT(refused([](auto& o) { o.graceful_shutdown_timeout = Duration{-1}; }),
              testing::HasSubstr("graceful_shutdown_timeout"));
  EXPECT_THAT(refused([](auto& o) { o.interceptors.push_back(nullptr); }), testing::HasSubstr("interceptors"));
}

TEST(WorkerOptions, ATunerAndALimitExcludeEachOther) {
  auto options = good();
  options.tuner = worker::WorkerTuner{};
  EXPECT_EQ(complaint(options), "");
  options.max_concurrent_nexus_tasks = 5;
  EXPECT_THAT(complaint(options), testing::HasSubstr("max_concurrent_nexus_tasks and tuner exclude each other"));
}

TEST(WorkerOptions, ATunerThatLetsNothingThroughIsRefused) {
  const auto refused = [](const worker::WorkerTuner& tuner) {
    auto options = good();
    options.tuner = tuner;
    return complaint(options);
  };
  using worker::FixedSizeSlots;
  using worker::ResourceBasedSlots;
  EXPECT_THAT(refused({.workflow_tasks = FixedSizeSlots{1}}), testing::HasSubstr("tuner.workflow_tasks has 1 slots"));
  EXPECT_THAT(refused({.activities = ResourceBasedSlots{.minimum = 5, .maximum = 2}}),
              testing::HasSubstr("tuner.activities is out of order"));
  EXPECT_THAT(refused({.local_activities = std::shared_ptr<worker::CustomSlotSupplier>{}}),
              testing::HasSubstr("tuner.local_activities is a null pointer"));
  EXPECT_THAT(refused({.resource_targets = {.memory_usage = 80}}), testing::HasSubstr("parts of 1"));
}
