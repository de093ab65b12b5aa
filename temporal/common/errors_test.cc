#include <temporal/common/errors.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

namespace temporal {
namespace {

template <class E>
std::exception_ptr made(E error) {
  return std::make_exception_ptr(std::move(error));
}

TEST(Errors, AreThrownWithDesignatedOptions) {
  try {
    throw ApplicationError("no money", {.type = "CardDeclined", .non_retryable = true});
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "no money");
    const auto& application = dynamic_cast<const ApplicationError&>(error);
    EXPECT_EQ(application.type(), "CardDeclined");
    EXPECT_TRUE(application.non_retryable());
    EXPECT_EQ(application.category(), ErrorCategory::unspecified);
    EXPECT_FALSE(application.next_retry_delay().has_value());
  }
}

TEST(Errors, DescribeTheChainOfCauses) {
  const auto cause = made(ApplicationError("no money", {.type = "CardDeclined"}));
  const auto error =
      made(ActivityError("activity task failed", {.activity_type = "charge", .activity_id = "7"}, cause));
  EXPECT_EQ(describe(error),
            "ActivityError(charge, 7): activity task failed: ApplicationError(CardDeclined): no money");
}

TEST(Errors, DescribeNamesWhatTheErrorIsAbout) {
  EXPECT_EQ(describe(made(ActivityError("failed", {.activity_type = "charge"}))), "ActivityError(charge): failed");
  EXPECT_EQ(describe(made(ActivityError("failed"))), "ActivityError: failed");
  EXPECT_EQ(describe(made(ChildWorkflowError("failed", {.workflow_id = "order-7", .workflow_type = "Order"}))),
            "ChildWorkflowError(Order, order-7): failed");
  EXPECT_EQ(describe(made(NexusOperationError("failed", {.endpoint = "e", .service = "s", .operation = "o"}))),
            "NexusOperationError(e, s, o): failed");
}

TEST(Errors, DescribeGivesTheValueOfWhatIsNoException) {
  EXPECT_EQ(describe(made(7)), "int: 7");
  EXPECT_EQ(describe(made(std::uint64_t{7})), "unsigned long: 7");
  EXPECT_EQ(describe(made(1.5)), "double: 1.5");
  EXPECT_EQ(describe(made(true)), "bool: true");
  EXPECT_EQ(describe(made(std::string{"no money"})), "std::string: no money");
  EXPECT_EQ(describe(made(std::string_view{"no money"})), "std::string_view: no money");
  EXPECT_EQ(describe(made<const char*>("no money")), "char const*: no money");
  EXPECT_EQ(describe(made<const char*>(nullptr)), "char const*: nullptr");
  struct Odd {};
  EXPECT_THAT(describe(made(Odd{})), testing::EndsWith("Odd: an exception that is no std::exception"));
}

TEST(Errors, DescribeNestedAndForeignExceptions) {
  std::exception_ptr error;
  try {
    try {
      throw std::out_of_range("index 7");
    } catch (...) {
      std::throw_with_nested(std::runtime_error("cannot read"));
    }
  } catch (...) {
    error = std::current_exception();
  }
  EXPECT_EQ(describe(error), "std::runtime_error: cannot read: std::out_of_range: index 7");
  EXPECT_EQ(describe(nullptr), "no error");
}

TEST(Errors, ACancellationIsSeenThroughWhatItCaused) {
  const auto cancelled = made(CancelledError{"not needed"});
  EXPECT_TRUE(is_cancellation(cancelled));
  EXPECT_TRUE(is_cancellation(made(ActivityError{"activity failed", {}, cancelled})));
  EXPECT_FALSE(is_cancellation(made(ActivityError{"activity failed", {}, made(ApplicationError{"no money"})})));
  EXPECT_FALSE(is_cancellation(made(7)));
  EXPECT_FALSE(is_cancellation(nullptr));
}

TEST(Errors, DescribeEndsInALongChain) {
  auto error = made(Error("0"));
  for (int i = 0; i < 1000; ++i) error = made(Error("n", error));
  EXPECT_TRUE(describe(error).ends_with("…"));
}

TEST(Errors, SayWhatTheyKnow) {
  EXPECT_STREQ(WorkflowAlreadyStartedError("order-7", "r").what(), "workflow order-7 has already been started");
  EXPECT_EQ(RpcError(GrpcStatus::not_found, "no namespace").status(), GrpcStatus::not_found);
  EXPECT_EQ(TimeoutError("late", TimeoutType::heartbeat).timeout_type(), TimeoutType::heartbeat);
}

}  // namespace
}  // namespace temporal
