#include <temporal/workflow/detail/external_workflows.h>

#include <temporal/common/errors.h>
#include <temporal/converter/failure.h>
#include <temporal/workflow/detail/driven_run.h>
#include <temporal/workflow/workflow.h>

#include <gtest/gtest.h>

namespace temporal::workflow::detail {
namespace {

class Stock {
 public:
  Task<> run() { co_return; }
  void reserve(double /*kilos*/) {}
};

Task<> signals() { co_await external_workflow_handle<&Stock::run>("stock", "run-1").signal<&Stock::reserve>(3); }
Task<> cancels() { co_await external_workflow_handle("stock").cancel("sold out"); }

Task<> cancels_when_cancelled() {
  try {
    co_await wait_condition([] { return false; });
  } catch (const CancelledError&) {
  }
  co_await external_workflow_handle("stock").cancel();
}

std::exception_ptr not_found() {
  return std::make_exception_ptr(ApplicationError{"Unable to signal external workflow because it was not found"});
}

TEST(ExternalWorkflows, ASignalGoesOutInTheHandlersOwnParameterTypes) {
  DrivenRun run{function_definition<signals>()};
  const auto signal = run.commands().at(0).signal_external_workflow_execution();
  EXPECT_EQ(signal.workflow_execution().workflow_id(), "stock");
  EXPECT_EQ(signal.workflow_execution().run_id(), "run-1");
  EXPECT_EQ(signal.signal_name(), "reserve");
  EXPECT_EQ(signal.args(0).data(), "3.0");
  run.job().mutable_resolve_signal_external_workflow()->set_seq(signal.seq());
  EXPECT_TRUE(run.commands().at(0).has_complete_workflow_execution());
}

TEST(ExternalWorkflows, ASignalToNobodyFails) {
  DrivenRun run{function_definition<signals>()};
  (void)run.commands();
  auto& resolved = *run.job().mutable_resolve_signal_external_workflow();
  resolved.set_seq(1);
  *resolved.mutable_failure() = converter::to_failure(not_found());
  EXPECT_EQ(run.commands().at(0).fail_workflow_execution().failure().message(),
            "Unable to signal external workflow because it was not found");
}

TEST(ExternalWorkflows, ACancelledWorkflowTakesItsUnsentSignalBack) {
  DrivenRun run{function_definition<signals>()};
  (void)run.commands();
  run.job().mutable_cancel_workflow();
  EXPECT_EQ(run.commands().at(0).cancel_signal_workflow().seq(), 1U);
}

TEST(ExternalWorkflows, ASignalWhoseOutcomeCameWithTheCancellationIsNotTakenBack) {
  for (const bool failed : {false, true}) {
    DrivenRun run{function_definition<signals>()};
    (void)run.commands();
    run.job().mutable_cancel_workflow();
    auto& resolved = *run.job().mutable_resolve_signal_external_workflow();
    resolved.set_seq(1);
    if (failed) *resolved.mutable_failure() = converter::to_failure(not_found());
    const auto commands = run.commands();
    ASSERT_EQ(commands.size(), 1U) << "core refuses to cancel one that failed";
    EXPECT_EQ(commands[0].has_fail_workflow_execution(), failed);
    EXPECT_EQ(commands[0].has_complete_workflow_execution(), !failed);
  }
}

TEST(ExternalWorkflows, ACancellationIsAnsweredWhenItHasArrived) {
  DrivenRun run{function_definition<cancels>()};
  const auto request = run.commands().at(0).request_cancel_external_workflow_execution();
  EXPECT_EQ(request.workflow_execution().workflow_id(), "stock");
  EXPECT_EQ(request.reason(), "sold out");
  run.job().mutable_resolve_request_cancel_external_workflow()->set_seq(request.seq());
  EXPECT_TRUE(run.commands().at(0).has_complete_workflow_execution());
}

TEST(ExternalWorkflows, ACancelledWorkflowCanStillCancelOthers) {
  DrivenRun run{function_definition<cancels_when_cancelled>()};
  (void)run.commands();
  run.job().mutable_cancel_workflow();
  EXPECT_TRUE(run.commands().at(0).has_request_cancel_external_workflow_execution());
}

}  // namespace
}  // namespace temporal::workflow::detail
