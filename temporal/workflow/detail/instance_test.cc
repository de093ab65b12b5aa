#include <temporal/workflow/detail/instance.h>

#include <temporal/common/errors.h>
#include <temporal/converter/failure.h>
#include <temporal/converter/proto_payload.h>
#include <temporal/workflow/detail/driven_run.h>
#include <temporal/workflow/workflow.h>

#include <gmock/gmock.h>

#include <chrono>
#include <stdexcept>
#include <string>
#include <utility>

using namespace temporal;
using namespace std::chrono_literals;
using workflow::detail::DrivenRun;
using workflow::detail::result_of;

namespace {

std::string greet(const std::string& name) { return "Hello, " + name + "!"; }
void notify() {}

workflow::Task<std::string> hello(std::string name) {
  co_return co_await workflow::execute_activity<greet>({.start_to_close_timeout = 10s}, name);
}

workflow::Task<int> sum_of_two() {
  auto first = workflow::start_activity<greet>({.start_to_close_timeout = 1s}, "a");
  auto second = workflow::start_activity<greet>({.start_to_close_timeout = 1s}, "b");
  const auto b = co_await second;
  const auto a = co_await first;
  co_return static_cast<int>(a.size() * 10 + b.size());
}

workflow::Task<> nap() { co_await workflow::sleep(90min); }
workflow::Task<> no_timeout() { co_await workflow::execute_activity<notify>({}); }
workflow::Task<> declined() {
  throw ApplicationError{"no money", {.type = "CardDeclined", .non_retryable = true}};
  co_return;
}
workflow::Task<> buggy() {
  throw std::runtime_error{"a defect"};
  co_return;
}
workflow::Task<std::string> identifiers() { co_return workflow::uuid4(); }

workflow::Task<> commands_from_a_destructor() {
  struct Noisy {
    ~Noisy() {
      auto ignored = workflow::start_activity<notify>({.start_to_close_timeout = 1s});
      ignored.cancel();
    }
  };
  const Noisy noisy;
  co_await workflow::sleep(1s);
}

class Order {
 public:
  workflow::Task<std::string> run(int quantity) {
    quantity_ = quantity;
    if (!co_await workflow::wait_condition([this] { return !approver_.empty(); }, 1h)) co_return "too late";
    co_return approver_;
  }
  void approve(std::string who) { approver_ = std::move(who); }
  int quantity() const { return quantity_; }
  workflow::Task<int> set_quantity(int quantity) {
    co_await workflow::sleep(1s);
    co_return std::exchange(quantity_, quantity);
  }
  void validate_quantity(int quantity) const {
    if (quantity <= 0) throw ApplicationError{"the quantity must be positive"};
  }

 private:
  int quantity_ = 0;
  std::string approver_;
};

workflow::Definition order() {
  return workflow::definition<Order>()
      .run<&Order::run>()
      .signal<&Order::approve>()
      .query<&Order::quantity>()
      .update<&Order::set_quantity, &Order::validate_quantity>();
}

}  // namespace

TEST(Instance, SchedulesAnActivityAndCompletesWithItsResult) {
  DrivenRun run{workflow::function_definition<hello>(), std::string{"Ann"}};
  const auto first = run.commands();
  ASSERT_EQ(first.size(), 1U);
  const auto& activity = first[0].schedule_activity();
  EXPECT_EQ(activity.activity_type(), "greet");
  EXPECT_EQ(activity.task_queue(), "queue");
  EXPECT_EQ(activity.start_to_close_timeout().seconds(), 10);
  EXPECT_EQ(activity.arguments(0).data(), "\"Ann\"");

  run.complete_activity(1, std::string{"Hello, Ann!"});
  const auto second = run.commands();
  ASSERT_EQ(second.size(), 1U);
  EXPECT_EQ(result_of<std::string>(second[0]), "Hello, Ann!");
}

TEST(Instance, RunsStartedActivitiesSideBySideAndTakesThemInAnyOrder) {
  DrivenRun run{workflow::function_definition<sum_of_two>()};
  EXPECT_EQ(run.commands().size(), 2U);
  run.complete_activity(1, std::string{"four"});
  EXPECT_TRUE(run.commands().empty());
  run.complete_activity(2, std::string{"12"});
  EXPECT_EQ(result_of<int>(run.commands().at(0)), 42);
}

TEST(Instance, AnActivityFailureReachesTheWorkflowWithItsCause) {
  DrivenRun run{workflow::function_definition<hello>(), std::string{"Ann"}};
  (void)run.commands();
  auto& resolved = *run.job().mutable_resolve_activity();
  resolved.set_seq(1);
  *resolved.mutable_result()->mutable_failed()->mutable_failure() =
      converter::to_failure(std::make_exception_ptr(ActivityError{
          "activity failed", {.activity_type = "greet"}, std::make_exception_ptr(ApplicationError{"no greeting"})}));
  const auto commands = run.commands();
  ASSERT_EQ(commands.size(), 1U);
  const auto& failure = commands[0].fail_workflow_execution().failure();
  EXPECT_TRUE(failure.has_activity_failure_info());
  EXPECT_EQ(failure.cause().message(), "no greeting");
}

TEST(Instance, AnActivityWithoutATimeoutFailsTheTaskAndSaysWhatToSet) {
  DrivenRun run{workflow::function_definition<no_timeout>()};
  const auto completion = run.activate();
  ASSERT_TRUE(completion.has_failed());
  EXPECT_THAT(completion.failed().failure().message(), testing::HasSubstr("set start_to_close_timeout"));
}

TEST(Instance, AnArgumentThatDoesNotDecodeFailsTheTaskAndNamesTypeAndArgument) {
  DrivenRun run{workflow::function_definition<hello>(), 7};
  const auto completion = run.activate();
  ASSERT_TRUE(completion.has_failed());
  EXPECT_THAT(completion.failed().failure().message(), testing::HasSubstr("string"));
  EXPECT_THAT(completion.failed().failure().message(), testing::HasSubstr("argument 1"));
}

TEST(Instance, SleepsOnADurableTimer) {
  DrivenRun run{workflow::function_definition<nap>()};
  const auto commands = run.commands();
  ASSERT_EQ(commands.size(), 1U);
  EXPECT_EQ(commands[0].start_timer().start_to_fire_timeout().seconds(), 90 * 60);
  run.fire_timer(1);
  EXPECT_TRUE(run.commands().at(0).has_complete_workflow_execution());
}

TEST(Instance, CancellationEndsASleepAndTheWorkflowIsReportedAsCancelled) {
  DrivenRun run{workflow::function_definition<nap>()};
  (void)run.commands();
  run.job().mutable_cancel_workflow();
  const auto commands = run.commands();
  ASSERT_EQ(commands.size(), 2U);
  EXPECT_EQ(commands[0].cancel_timer().seq(), 1U);
  EXPECT_TRUE(commands[1].has_cancel_workflow_execution());
}

TEST(Instance, AFailureErrorFailsTheWorkflow) {
  DrivenRun run{workflow::function_definition<declined>()};
  const auto commands = run.commands();
  ASSERT_EQ(commands.size(), 1U);
  const auto& failure = commands[0].fail_workflow_execution().failure();
  EXPECT_EQ(failure.application_failure_info().type(), "CardDeclined");
  EXPECT_TRUE(failure.application_failure_info().non_retryable());
}

TEST(Instance, AnyOtherExceptionFailsOnlyTheTask) {
  DrivenRun run{workflow::function_definition<buggy>()};
  const auto completion = run.activate();
  ASSERT_TRUE(completion.has_failed());
  EXPECT_EQ(completion.failed().failure().message(), "a defect");
}

TEST(Instance, RandomnessFollowsTheSeed) {
  DrivenRun one{workflow::function_definition<identifiers>()};
  DrivenRun same{workflow::function_definition<identifiers>()};
  const auto uuid = result_of<std::string>(one.commands().at(0));
  EXPECT_THAT(uuid, testing::MatchesRegex("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"));
  EXPECT_EQ(result_of<std::string>(same.commands().at(0)), uuid);
}

TEST(Instance, EvictionDestroysTheFramesAndDropsCommandsOfTheirDestructors) {
  DrivenRun run{workflow::function_definition<commands_from_a_destructor>()};
  EXPECT_EQ(run.commands().size(), 1U);
  run.evict();
}

TEST(Instance, ASignalOpensAConditionAndCancelsItsTimeout) {
  DrivenRun run{order(), 3};
  EXPECT_TRUE(run.commands().at(0).has_start_timer());
  run.signal("approve", std::string{"ann"});
  const auto commands = run.commands();
  ASSERT_EQ(commands.size(), 2U);
  EXPECT_TRUE(commands[0].has_cancel_timer());
  EXPECT_EQ(result_of<std::string>(commands[1]), "ann");
}

TEST(Instance, AConditionGivesUpAfterItsTimeout) {
  DrivenRun run{order(), 3};
  (void)run.commands();
  run.fire_timer(1);
  const auto commands = run.commands();
  ASSERT_EQ(commands.size(), 1U);
  EXPECT_EQ(result_of<std::string>(commands[0]), "too late");
}

TEST(Instance, ASignalThatArrivesWithTheStartIsHandledFirst) {
  DrivenRun run{order(), 3};
  run.signal("approve", std::string{"early"});
  const auto commands = run.commands();
  ASSERT_EQ(commands.size(), 1U);
  EXPECT_EQ(result_of<std::string>(commands[0]), "early");
}

TEST(Instance, AQuerySeesTheStateAndAnUnknownOneIsRefusedByName) {
  DrivenRun run{order(), 3};
  (void)run.commands();
  auto& query = *run.job().mutable_query_workflow();
  query.set_query_id("1");
  query.set_query_type("quantity");
  EXPECT_EQ(run.commands().at(0).respond_to_query().succeeded().response().data(), "3");
  run.job().mutable_query_workflow()->set_query_type("colour");
  EXPECT_THAT(run.commands().at(0).respond_to_query().failed().message(), testing::HasSubstr("colour"));
}

TEST(Instance, AnUpdateIsValidatedAcceptedAndCompleted) {
  DrivenRun run{order(), 3};
  (void)run.commands();
  run.update("set_quantity", 0);
  EXPECT_EQ(run.commands().at(0).update_response().rejected().message(), "the quantity must be positive");
  run.update("set_quantity", 5);
  const auto accepted = run.commands();
  ASSERT_EQ(accepted.size(), 2U);
  EXPECT_TRUE(accepted[0].update_response().has_accepted());
  run.fire_timer(static_cast<int>(accepted[1].start_timer().seq()));
  EXPECT_EQ(run.commands().at(0).update_response().completed().data(), "3");
}

TEST(Instance, SendsTheVersioningBehaviorWithEachCompletion) {
  DrivenRun run{workflow::function_definition<nap>({.versioning_behavior = VersioningBehavior::auto_upgrade})};
  EXPECT_EQ(run.activate().successful().versioning_behavior(),
            temporal::api::enums::v1::VERSIONING_BEHAVIOR_AUTO_UPGRADE);
}

TEST(Workflow, ItsFunctionsWorkOnlyInsideAWorkflow) { EXPECT_THROW((void)workflow::now(), std::logic_error); }
