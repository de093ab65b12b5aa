#include <temporal/converter/failure.h>

#include <temporal/common/errors.h>
#include <temporal/converter/payload_converter.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

namespace shop {
struct OutOfTea : std::runtime_error {
  using std::runtime_error::runtime_error;
};
}  // namespace shop

namespace temporal::converter {
namespace {

using namespace std::chrono_literals;
using temporal::api::failure::v1::Failure;

template <class E>
Failure failure_of(E error) {
  return to_failure(std::make_exception_ptr(std::move(error)));
}

template <class E>
E read_as(const Failure& failure) {
  try {
    std::rethrow_exception(from_failure(failure));
  } catch (const E& error) {
    return error;
  }
}

TEST(Failure, CarriesAllOfAnApplicationError) {
  const auto failure = failure_of(ApplicationError("no money", {.type = "CardDeclined",
                                                                .details = to_payloads(7, "x"),
                                                                .non_retryable = true,
                                                                .next_retry_delay = 3s,
                                                                .category = ErrorCategory::benign}));
  EXPECT_EQ(failure.source(), "CppSDK");
  EXPECT_EQ(failure.message(), "no money");
  const auto error = read_as<ApplicationError>(failure);
  EXPECT_EQ(error.message(), "no money");
  EXPECT_EQ(error.type(), "CardDeclined");
  EXPECT_EQ((from_payloads<std::tuple<int, std::string>>(error.details())), (std::tuple{7, "x"}));
  EXPECT_TRUE(error.non_retryable());
  EXPECT_EQ(error.next_retry_delay(), Duration{3s});
  EXPECT_EQ(error.category(), ErrorCategory::benign);
}

TEST(Failure, NamesTheClassOfAForeignException) {
  const auto failure = failure_of(shop::OutOfTea("sold out"));
  EXPECT_EQ(failure.message(), "sold out");
  EXPECT_EQ(failure.application_failure_info().type(), "shop::OutOfTea");
  EXPECT_FALSE(failure.application_failure_info().non_retryable());
  EXPECT_EQ(failure_of(std::runtime_error("x")).application_failure_info().type(), "std::runtime_error");
  EXPECT_EQ(failure_of(DecodeError("x")).application_failure_info().type(), "DecodeError");
  EXPECT_EQ(failure_of(7).application_failure_info().type(), "int");
}

TEST(Failure, KeepsTheCausesOfNestedExceptions) {
  Failure failure;
  try {
    try {
      throw ApplicationError("inner", {.type = "Inner"});
    } catch (...) {
      std::throw_with_nested(std::runtime_error("outer"));
    }
  } catch (...) {
    failure = to_failure(std::current_exception());
  }
  EXPECT_EQ(failure.application_failure_info().type(), "std::runtime_error");
  EXPECT_EQ(failure.cause().application_failure_info().type(), "Inner");
  EXPECT_EQ(describe(from_failure(failure)),
            "ApplicationError(std::runtime_error): outer: ApplicationError(Inner): inner");
}

TEST(Failure, RoundTripsEveryKind) {
  const auto cause = std::make_exception_ptr(ApplicationError("root", {.type = "Root"}));
  const auto kinds = {
      failure_of(ApplicationError("a", {.type = "T", .cause = cause, .stack_trace = "at f"})),
      failure_of(CancelledError("c", to_payloads(1), cause, "at f")),
      failure_of(TerminatedError("t", cause, "at f")),
      failure_of(TimeoutError("late", TimeoutType::heartbeat, to_payloads(1), cause, "at f")),
      failure_of(ServerError("s", true, cause, "at f")),
      failure_of(ResetWorkflowError("r", to_payloads(1), cause, "at f")),
      failure_of(ActivityError("a",
                               {.activity_type = "charge",
                                .activity_id = "1",
                                .identity = "me",
                                .scheduled_event_id = 5,
                                .started_event_id = 6,
                                .retry_state = RetryState::maximum_attempts_reached},
                               cause, "at f")),
      failure_of(ChildWorkflowError("c",
                                    {.namespace_ = "n",
                                     .workflow_id = "w",
                                     .run_id = "r",
                                     .workflow_type = "T",
                                     .initiated_event_id = 1,
                                     .started_event_id = 2,
                                     .retry_state = RetryState::cancel_requested},
                                    cause, "at f")),
      failure_of(NexusOperationError(
          "n", {.scheduled_event_id = 3, .endpoint = "e", .service = "s", .operation = "o", .operation_token = "k"},
          cause, "at f")),
  };
  for (const auto& failure : kinds) {
    SCOPED_TRACE(failure.failure_info_case());
    EXPECT_NE(failure.failure_info_case(), Failure::FAILURE_INFO_NOT_SET);
    EXPECT_EQ(failure.stack_trace(), "at f");
    EXPECT_EQ(failure.cause().message(), "root");
    EXPECT_EQ(to_failure(from_failure(failure)).SerializeAsString(), failure.SerializeAsString());
  }
}

TEST(Failure, IsReadInTheTypeThatWasSent) {
  const auto error = read_as<ActivityError>(
      failure_of(ActivityError("a", {.activity_type = "charge", .retry_state = RetryState::timeout},
                               std::make_exception_ptr(TimeoutError("late", TimeoutType::start_to_close)))));
  EXPECT_EQ(error.activity_type(), "charge");
  EXPECT_EQ(error.retry_state(), RetryState::timeout);
  EXPECT_THROW(std::rethrow_exception(error.cause()), TimeoutError);
}

TEST(Failure, PassesOnWhatItDoesNotKnow) {
  Failure failure;
  failure.set_source("PythonSDK");
  failure.set_message("Encoded failure");
  failure.mutable_encoded_attributes()->set_data("secret");
  failure.mutable_nexus_handler_failure_info()->set_type("INTERNAL");
  failure.mutable_cause()->set_message("cause");
  EXPECT_EQ(to_failure(from_failure(failure)).SerializeAsString(), failure.SerializeAsString());

  const auto wrapped = failure_of(ApplicationError("outer", {.cause = from_failure(failure)}));
  EXPECT_EQ(wrapped.cause().SerializeAsString(), failure.SerializeAsString());
}

TEST(Failure, RepairsTextThatIsNotUtf8) {
  const auto failure = failure_of(std::runtime_error("bad \xFF byte"));
  EXPECT_EQ(failure.message(), "bad \xEF\xBF\xBD byte");
}

TEST(Failure, CutsAChainThatIsTooDeep) {
  auto error = std::make_exception_ptr(Error("end"));
  for (int i = 0; i < 500; ++i) error = std::make_exception_ptr(Error("n", error));
  Failure parsed;
  EXPECT_TRUE(parsed.ParseFromString(to_failure(error).SerializeAsString()));
}

}  // namespace
}  // namespace temporal::converter
