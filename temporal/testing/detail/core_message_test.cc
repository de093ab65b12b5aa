#include <temporal/testing/detail/core_message.h>

#include <gtest/gtest.h>

namespace temporal::testing::detail {
namespace {

TEST(CoreMessage, IsTakenOutOfTheDebugPrintAroundIt) {
  EXPECT_EQ(core_message("Workflow activation completion failed: Failure { failure: Some(Failure { message: "
                         "\"[TMPRL1100] Nondeterminism error: Activity type of scheduled event 'a\\\"b' does not\", "
                         "source: \"\", stack_trace: \"\" }), force_cause: NonDeterministicError }"),
            "[TMPRL1100] Nondeterminism error: Activity type of scheduled event 'a\"b' does not");
  EXPECT_EQ(core_message("Failure { message: \"[TMPRL1100] Nondeterminism error: Timer machine does not handle this "
                         "event: HistoryEvent(id: 5, ActivityTaskScheduled)\", source: \"\" }"),
            "[TMPRL1100] Nondeterminism error: Timer machine does not handle this event: HistoryEvent(id: 5, "
            "ActivityTaskScheduled)");
}

TEST(CoreMessage, IsTakenAsItIsWhereThereIsNoPrint) {
  EXPECT_EQ(core_message("the history is odd"), "the history is odd");
  EXPECT_EQ(core_message(""), "");
}

TEST(CoreMessage, NamesAnEventWithoutItsPayloads) {
  EXPECT_EQ(
      core_message("Failure { message: \"Child workflow machine does not handle this event: HistEventData { event: "
                   "HistoryEvent { event_id: 12, event_type: TimerStarted, attributes: Some(Payload { data: "
                   "\\\"secret\\\" }) } }\" }"),
      "Child workflow machine does not handle this event: HistoryEvent(id: 12, TimerStarted)");
  EXPECT_EQ(core_message("activities cannot be completed after being cancelled: Attributes { result: \"secret\" }"),
            "activities cannot be completed after being cancelled: Attributes");
}

TEST(CoreMessage, ThatIsCutIsReadAsFarAsItGoes) {
  EXPECT_EQ(core_message("Failure { message: \"cut\\"), "cut\\");
  EXPECT_EQ(core_message("Failure { message: \""), "");
}

}  // namespace
}  // namespace temporal::testing::detail
