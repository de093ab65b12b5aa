#include <temporal/converter/failure.h>

#include <temporal/common/errors.h>
#include <temporal/converter/payload_converter.h>
#include <temporal/converter/proto_payload.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <iterator>
#include <stdexcept>

namespace shop {
struct OutOfTea : std::runtime_error {
  using std::runtime_error::runtime_error;
};
enum class Size { small };
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

TEST(Failure, ReadsWhatAPeerMovedOutOfSight) {
  Failure failure;
  failure.set_source("PythonSDK");
  failure.set_message("Encoded failure");
  failure.mutable_application_failure_info()->set_type("CardDeclined");
  *failure.mutable_encoded_attributes() =
      to_proto(to_payload(nlohmann::json{{"message", "no money"}, {"stack_trace", "at charge"}}));
  const Failure cause = failure;
  *failure.mutable_cause() = cause;
  failure.mutable_cause()->mutable_encoded_attributes()->set_data(R"({"message": "root"})");

  const auto error = from_failure(failure);
  EXPECT_EQ(describe(error), "ApplicationError(CardDeclined): no money: ApplicationError(CardDeclined): root");
  EXPECT_STREQ(read_as<ApplicationError>(failure).what(), "no money");
  EXPECT_EQ(read_as<ApplicationError>(failure).stack_trace(), "at charge");
  EXPECT_EQ(to_failure(error).SerializeAsString(), failure.SerializeAsString()) << "passed on as it came";
}

TEST(Failure, LeavesOutOfSightWhatItCannotRead) {
  for (const auto* data : {"{", "7", "[]", "{}", R"({"message": 7, "stack_trace": null})", "\xFF"}) {
    Failure failure;
    failure.set_message("Encoded failure");
    failure.set_stack_trace("at f");
    *failure.mutable_encoded_attributes() = to_proto(to_payload(0));
    failure.mutable_encoded_attributes()->set_data(data);
    EXPECT_EQ(read_as<FailureError>(failure).message(), "Encoded failure") << data;
    EXPECT_EQ(read_as<FailureError>(failure).stack_trace(), "at f") << data;
    (*failure.mutable_encoded_attributes()->mutable_metadata())["encoding"] = "binary/encrypted";
    EXPECT_EQ(read_as<FailureError>(failure).message(), "Encoded failure") << data;
  }
}

TEST(Failure, HoldsTheValueOfWhatIsNoException) {
  const auto failure = failure_of(std::string{"no money"});
  EXPECT_EQ(failure.message(), "no money");
  EXPECT_EQ(failure.application_failure_info().type(), "std::string");
  EXPECT_EQ(failure_of(7).message(), "7");
  EXPECT_EQ(failure_of<const char*>("M\xC3").message(), "M\xEF\xBF\xBD");
  EXPECT_EQ(failure_of(shop::Size{}).message(), "an exception that is no std::exception");
  EXPECT_EQ(failure_of(shop::Size{}).application_failure_info().type(), "shop::Size");
}

TEST(Failure, RepairsTextThatIsNotUtf8) {
  const std::string bad = "M\xC3";
  const std::vector<Payload> unreadable{{.metadata = {{bad, bad}}, .data = bad}};
  const auto cause = std::make_exception_ptr(std::runtime_error(bad));
  const auto failures = {
      failure_of(std::runtime_error(bad)),
      failure_of(ApplicationError(bad, {.type = bad, .details = unreadable, .cause = cause, .stack_trace = bad})),
      failure_of(CancelledError(bad, unreadable, cause, bad)),
      failure_of(TerminatedError(bad, cause, bad)),
      failure_of(TimeoutError(bad, TimeoutType::heartbeat, unreadable, cause, bad)),
      failure_of(ServerError(bad, true, cause, bad)),
      failure_of(ResetWorkflowError(bad, unreadable, cause, bad)),
      failure_of(ActivityError(bad, {.activity_type = bad, .activity_id = bad, .identity = bad}, cause, bad)),
      failure_of(ChildWorkflowError(bad, {.namespace_ = bad, .workflow_id = bad, .run_id = bad, .workflow_type = bad},
                                    cause, bad)),
      failure_of(NexusOperationError(bad, {.endpoint = bad, .service = bad, .operation = bad, .operation_token = bad},
                                     cause, bad)),
      failure_of(RpcError(GrpcStatus::internal, bad)),
      failure_of(bad),
  };
  for (const auto& failure : failures) {
    SCOPED_TRACE(failure.failure_info_case());
    Failure read;
    EXPECT_TRUE(read.ParseFromString(failure.SerializeAsString())) << "protobuf refuses strings that are not UTF-8";
    EXPECT_EQ(read.message(), "M\xEF\xBF\xBD");
    if (failure.has_cause()) {
      EXPECT_EQ(read.stack_trace(), "M\xEF\xBF\xBD");
      EXPECT_EQ(read.cause().message(), "M\xEF\xBF\xBD");
    }
  }
}

/// The failures of a chain, the outermost first.
std::vector<Failure> chain_of(const Failure& failure) {
  std::vector<Failure> failures;
  for (const auto* at = &failure;; at = &at->cause()) {
    failures.push_back(*at);
    if (!at->has_cause()) return failures;
  }
}

TEST(Failure, CutsAChainThatIsTooDeepAndKeepsItsRoot) {
  auto error = std::make_exception_ptr(ApplicationError("root", {.type = "Root"}));
  for (int i = 1; i < 500; ++i) error = std::make_exception_ptr(Error("n" + std::to_string(i), error));
  Failure parsed;
  EXPECT_TRUE(parsed.ParseFromString(to_failure(error).SerializeAsString()));
  const auto chain = chain_of(parsed);
  ASSERT_EQ(chain.size(), 32U);
  EXPECT_EQ(chain[0].message(), "n499");
  EXPECT_EQ(chain[29].message(), "n470");
  EXPECT_EQ(chain[30].message(), "some causes are left out here: the chain was longer than 32");
  EXPECT_EQ(chain[31].application_failure_info().type(), "Root");
}

TEST(Failure, KeepsAChainThatIsNotTooDeep) {
  auto error = std::make_exception_ptr(Error("root"));
  for (int i = 1; i < 32; ++i) error = std::make_exception_ptr(Error("n", error));
  EXPECT_EQ(chain_of(to_failure(error)).size(), 32U);
  EXPECT_THAT(describe(from_failure(to_failure(error))), testing::EndsWith(": root"));
}

TEST(Failure, ThatIsPassedOnByManyWorkflowsStaysReadable) {
  auto failure = failure_of(ApplicationError("root"));
  for (int generation = 0; generation < 200; ++generation) {
    failure = failure_of(
        ChildWorkflowError("child failed", {.workflow_id = std::to_string(generation)}, from_failure(failure)));
    Failure parsed;
    ASSERT_TRUE(parsed.ParseFromString(failure.SerializeAsString())) << generation;
    failure = parsed;
  }
  const auto chain = chain_of(failure);
  EXPECT_EQ(chain.size(), 32U);
  EXPECT_EQ(chain[1].child_workflow_execution_failure_info().workflow_execution().workflow_id(), "198");
  EXPECT_EQ(chain.back().message(), "root");
}

TEST(Failure, ThatIsTooLargeIsCutAndSaysSo) {
  const std::string large(5'000'000, 'x');
  const auto cause = std::make_exception_ptr(ApplicationError("root", {.type = "Root"}));
  const auto failures = {
      failure_of(std::runtime_error("é" + large)),
      failure_of(ApplicationError("m", {.details = to_payloads(large), .cause = cause, .stack_trace = large})),
      failure_of(CancelledError("m", to_payloads(large), cause)),
      failure_of(TimeoutError("m", TimeoutType::heartbeat, to_payloads(large), cause)),
      failure_of(ResetWorkflowError("m", to_payloads(large), cause)),
      failure_of(ActivityError("m", {.identity = large}, std::make_exception_ptr(std::runtime_error(large)))),
      failure_of(ApplicationError("m", {.type = large})),
  };
  for (const auto& failure : failures) {
    SCOPED_TRACE(failure.failure_info_case());
    EXPECT_LT(failure.ByteSizeLong(), 100'000U);
    Failure parsed;
    EXPECT_TRUE(parsed.ParseFromString(failure.SerializeAsString()));
  }
  EXPECT_THAT(std::data(failures)[0].message(), testing::EndsWith("xxx… (4991810 bytes are left out)"));
  EXPECT_EQ(std::data(failures)[1].message(), "m (of its details 5000036 bytes are left out)");
  EXPECT_EQ(std::data(failures)[1].cause().application_failure_info().type(), "Root");

  const std::string fits(1'400'000, 'x');
  EXPECT_EQ(failure_of(std::runtime_error(fits)).message(), fits);
}

TEST(Failure, ThatIsPassedOnAndTooLargeIsCut) {
  Failure failure;
  failure.set_message("Encoded failure");
  failure.mutable_encoded_attributes()->set_data(std::string(5'000'000, 'x'));
  const auto passed_on = to_failure(from_failure(failure));
  EXPECT_LT(passed_on.ByteSizeLong(), 1000U);
  EXPECT_THAT(passed_on.message(), testing::StartsWith("Encoded failure (of its encoded attributes"));
}

TEST(Failure, WithManyLargeCausesFits) {
  auto error = std::make_exception_ptr(std::runtime_error("root"));
  for (int i = 0; i < 40; ++i) {
    const std::string large(100'000, 'x');
    error = std::make_exception_ptr(
        ApplicationError(large, {.type = large, .details = to_payloads(large), .cause = error, .stack_trace = large}));
  }
  EXPECT_LT(to_failure(error).ByteSizeLong(), 1'500'000U);
}

}  // namespace
}  // namespace temporal::converter
