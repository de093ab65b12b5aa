#include <temporal/client/detail/await_result.h>

#include <temporal/common/errors.h>
#include <temporal/converter/payload_converter.h>
#include <temporal/converter/proto_payload.h>

#include <gtest/gtest.h>

namespace temporal::client::detail {
namespace {

using temporal::api::history::v1::HistoryEvent;

std::string story(const HistoryEvent& event) { return describe(read_close_event(event).failure); }

TEST(CloseEvent, GivesTheResult) {
  HistoryEvent event;
  auto& completed = *event.mutable_workflow_execution_completed_event_attributes();
  converter::set_payloads(*completed.mutable_result(), converter::to_payloads(7));
  const auto close = read_close_event(event);
  EXPECT_EQ(close.next_run_id, "");
  EXPECT_EQ(close.failure, nullptr);
  EXPECT_EQ(close.value, converter::to_payload(7));
}

TEST(CloseEvent, SaysHowTheWorkflowEnded) {
  HistoryEvent event;
  auto& failure = *event.mutable_workflow_execution_failed_event_attributes()->mutable_failure();
  failure.set_message("no money");
  failure.mutable_application_failure_info()->set_type("CardDeclined");
  EXPECT_EQ(story(event), "WorkflowFailedError: workflow execution failed: ApplicationError(CardDeclined): no money");

  event.mutable_workflow_execution_terminated_event_attributes()->set_reason("enough");
  EXPECT_EQ(story(event), "WorkflowFailedError: workflow execution failed: TerminatedError: enough");

  event.mutable_workflow_execution_canceled_event_attributes();
  EXPECT_EQ(story(event),
            "WorkflowFailedError: workflow execution failed: CancelledError: workflow execution cancelled");

  event.mutable_workflow_execution_timed_out_event_attributes();
  EXPECT_EQ(story(event), "WorkflowFailedError: workflow execution failed: TimeoutError: workflow execution timed out");
}

TEST(CloseEvent, NamesTheRunThatGoesOn) {
  HistoryEvent event;
  event.mutable_workflow_execution_continued_as_new_event_attributes()->set_new_execution_run_id("next");
  EXPECT_EQ(read_close_event(event).next_run_id, "next");
  EXPECT_EQ(story(event), "WorkflowContinuedAsNewError: workflow execution continued as new run next");
  event.mutable_workflow_execution_failed_event_attributes()->set_new_execution_run_id("retry");
  EXPECT_EQ(read_close_event(event).next_run_id, "retry");
  event.mutable_workflow_execution_completed_event_attributes()->set_new_execution_run_id("cron");
  EXPECT_EQ(read_close_event(event).next_run_id, "cron");
}

TEST(CloseEvent, ThatIsUnknownIsAnError) { EXPECT_NE(story({}).find("unknown kind"), std::string::npos); }

}  // namespace
}  // namespace temporal::client::detail
