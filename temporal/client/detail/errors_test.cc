#include <temporal/client/detail/errors.h>

#include <temporal/common/errors.h>

#include <temporal/api/errordetails/v1/message.pb.h>
#include <temporal/well_known/any.pb.h>

#include <gtest/gtest.h>

namespace temporal::client::detail {
namespace {

core::Error rpc_error(GrpcStatus status, std::string details = {}) {
  core::Error error{core::ErrorKind::rpc, "refused"};
  error.grpc_status = static_cast<int>(status);
  error.grpc_details = std::move(details);
  return error;
}

/// A serialized google.rpc.Status: code = 1, message = 2, repeated Any details = 3.
std::string status_with(const google::protobuf::MessageLite& detail) {
  well_known::Any any;
  any.set_type_url("type.googleapis.com/" + detail.GetTypeName());
  any.set_value(detail.SerializeAsString());
  const auto bytes = any.SerializeAsString();
  std::string length;
  for (auto left = bytes.size();; left >>= 7) {
    length.push_back(static_cast<char>((left & 0x7F) | (left > 0x7F ? 0x80 : 0)));
    if (left <= 0x7F) break;
  }
  return std::string{"\x08\x06\x12\x02no\x1A"} + length + bytes;
}

template <class E>
E thrown(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const E& expected) {
    return expected;
  }
}

TEST(ClientErrors, KeepTheStatusOfARefusal) {
  const auto error = thrown<RpcError>(to_public(rpc_error(GrpcStatus::not_found, "details")));
  EXPECT_EQ(error.status(), GrpcStatus::not_found);
  EXPECT_EQ(error.message(), "refused");
  EXPECT_EQ(error.details(), "details");
}

TEST(ClientErrors, TellApartWhatTheUserCanChange) {
  EXPECT_THROW(std::rethrow_exception(to_public({core::ErrorKind::connection, "x"})), ConnectionError);
  EXPECT_THROW(std::rethrow_exception(to_public({core::ErrorKind::timeout, "x"})), ConnectionError);
  EXPECT_THROW(std::rethrow_exception(to_public({core::ErrorKind::validation, "x"})), ConfigurationError);
  EXPECT_THROW(std::rethrow_exception(to_public({core::ErrorKind::internal, "x"})), Error);
}

TEST(ClientErrors, KnowAWorkflowThatRunsAlready) {
  temporal::api::errordetails::v1::WorkflowExecutionAlreadyStartedFailure failure;
  failure.set_run_id("r");
  const auto error = thrown<WorkflowAlreadyStartedError>(
      to_start_error(rpc_error(GrpcStatus::already_exists, status_with(failure)), "order-7"));
  EXPECT_EQ(error.workflow_id(), "order-7");
  EXPECT_EQ(error.run_id(), "r");
  EXPECT_THROW(std::rethrow_exception(to_start_error(rpc_error(GrpcStatus::already_exists), "i")), RpcError);
}

TEST(ClientErrors, TellAWorkflowThatIsNotThereFromANamespaceThatIsNot) {
  const auto about = [](const google::protobuf::MessageLite& detail) {
    return to_workflow_error(rpc_error(GrpcStatus::not_found, status_with(detail)));
  };
  EXPECT_THROW(std::rethrow_exception(about(api::errordetails::v1::NotFoundFailure())), WorkflowNotFoundError);
  EXPECT_EQ(describe(about(api::errordetails::v1::NamespaceNotFoundFailure())), "RpcError: refused");
}

TEST(ClientErrors, OfSeveralOperationsSayWhichFailed) {
  api::errordetails::v1::MultiOperationExecutionFailure failure;
  auto& aborted = *failure.add_statuses();
  aborted.set_code(static_cast<int>(GrpcStatus::aborted));
  auto& failed = *failure.add_statuses();
  failed.set_code(static_cast<int>(GrpcStatus::already_exists));
  failed.set_message("it runs");
  api::errordetails::v1::WorkflowExecutionAlreadyStartedFailure detail;
  detail.set_run_id("r");
  failed.add_details()->set_type_url("type.googleapis.com/" + detail.GetTypeName());
  failed.mutable_details(0)->set_value(detail.SerializeAsString());

  const auto error = failed_operation(rpc_error(GrpcStatus::aborted, status_with(failure)));
  EXPECT_STREQ(error.what(), "it runs");
  EXPECT_EQ(thrown<WorkflowAlreadyStartedError>(to_start_error(error, "order-7")).run_id(), "r");
  EXPECT_STREQ(failed_operation(rpc_error(GrpcStatus::unavailable)).what(), "refused");
}

TEST(ClientErrors, HoldWhatAQueryHandlerThrew) {
  temporal::api::errordetails::v1::QueryFailedFailure failure;
  failure.mutable_failure()->set_message("no such item");
  failure.mutable_failure()->mutable_application_failure_info()->set_type("Missing");
  const auto error =
      thrown<QueryFailedError>(to_query_error(rpc_error(GrpcStatus::invalid_argument, status_with(failure))));
  EXPECT_EQ(describe(error.cause()), "ApplicationError(Missing): no such item");
  EXPECT_THROW(std::rethrow_exception(to_query_error(rpc_error(GrpcStatus::not_found))), RpcError);
}

TEST(ClientErrors, ReadNoDetailFromGarbage) {
  EXPECT_FALSE(find_detail("", "x"));
  EXPECT_FALSE(find_detail("\x1A\xFF\xFF", "x"));
  EXPECT_FALSE(find_detail("\xFF\xFF\xFF\xFF", "x"));
}

}  // namespace
}  // namespace temporal::client::detail
