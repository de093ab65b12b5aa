#include <temporal/converter/activity_failure.h>

#include <temporal/common/errors.h>
#include <temporal/converter/failure.h>

#include <gmock/gmock.h>

#include <stdexcept>
#include <string>
#include <vector>

using namespace temporal;
using api::failure::v1::Failure;

namespace {

struct Case {
  std::string type;
  std::exception_ptr error;
  Failure::FailureInfoCase cause;
};

/// Every class of failure that is none of an application.
std::vector<Case> other_failures() {
  const auto cause = std::make_exception_ptr(ApplicationError{"why"});
  return {
      {"ActivityError", std::make_exception_ptr(ActivityError{"no", {}, cause}), Failure::kActivityFailureInfo},
      {"CancelledError", std::make_exception_ptr(CancelledError{"no"}), Failure::kCanceledFailureInfo},
      {"ChildWorkflowError", std::make_exception_ptr(ChildWorkflowError{"no", {}, cause}),
       Failure::kChildWorkflowExecutionFailureInfo},
      {"FailureError", std::make_exception_ptr(FailureError{"no"}), Failure::FAILURE_INFO_NOT_SET},
      {"NexusOperationError", std::make_exception_ptr(NexusOperationError{"no", {}, cause}),
       Failure::kNexusOperationExecutionFailureInfo},
      {"ResetWorkflowError", std::make_exception_ptr(ResetWorkflowError{"no"}), Failure::kResetWorkflowFailureInfo},
      {"ServerError", std::make_exception_ptr(ServerError{"no", true}), Failure::kServerFailureInfo},
      {"TerminatedError", std::make_exception_ptr(TerminatedError{"no"}), Failure::kTerminatedFailureInfo},
      {"TimeoutError", std::make_exception_ptr(TimeoutError{"no", TimeoutType::start_to_close}),
       Failure::kTimeoutFailureInfo},
  };
}

}  // namespace

TEST(ActivityFailure, IsThatOfAnApplicationWhateverClassFailedIt) {
  for (const auto& [type, error, cause] : other_failures()) {
    // What came over the wire is passed on as it was; it is no other kind for that.
    for (const auto& failed : {error, converter::from_failure(converter::to_failure(error))}) {
      const auto failure = converter::to_activity_failure(failed);
      EXPECT_TRUE(failure.has_application_failure_info()) << type;
      EXPECT_EQ(failure.application_failure_info().type(), type);
      EXPECT_EQ(failure.application_failure_info().non_retryable(), type == "ServerError");
      EXPECT_EQ(failure.message(), "no") << type;
      EXPECT_EQ(failure.cause().failure_info_case(), cause) << type;
      EXPECT_EQ(failure.cause().message(), "no") << type;
    }
  }
}

TEST(ActivityFailure, IsNotWrappedWhenItIsOneOfAnApplication) {
  const auto ours =
      converter::to_activity_failure(std::make_exception_ptr(ApplicationError{"no money", {.type = "CardDeclined"}}));
  EXPECT_EQ(ours.application_failure_info().type(), "CardDeclined");
  EXPECT_FALSE(ours.has_cause());
  const auto other = converter::to_activity_failure(std::make_exception_ptr(std::runtime_error{"out of paper"}));
  EXPECT_EQ(other.application_failure_info().type(), "std::runtime_error");
  EXPECT_EQ(other.message(), "out of paper");
}
