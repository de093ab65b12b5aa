#include <temporal/client/detail/errors.h>

#include <temporal/common/client_errors.h>
#include <temporal/common/errors.h>
#include <temporal/converter/failure.h>

#include <temporal/api/errordetails/v1/message.pb.h>
#include <temporal/well_known/any.pb.h>

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/wire_format_lite.h>

namespace temporal::client::detail {
namespace {

constexpr int highest_grpc_status = static_cast<int>(GrpcStatus::unauthenticated);

RpcError to_rpc_error(const core::Error& error) {
  const bool known = error.grpc_status >= 0 && error.grpc_status <= highest_grpc_status;
  return RpcError{known ? static_cast<GrpcStatus>(error.grpc_status) : GrpcStatus::unknown, error.what(),
                  error.grpc_details};
}

}  // namespace

bool is_timeout(const core::Error& error) {
  return error.kind == core::ErrorKind::timeout || error.grpc_status == static_cast<int>(GrpcStatus::deadline_exceeded);
}

bool is_no_answer(const core::Error& error) {
  return is_timeout(error) || error.grpc_status == static_cast<int>(GrpcStatus::unavailable);
}

std::exception_ptr to_public(const core::Error& error) {
  if (error.grpc_status != 0 || error.kind == core::ErrorKind::rpc) return std::make_exception_ptr(to_rpc_error(error));
  switch (error.kind) {
    case core::ErrorKind::encode:
      return std::make_exception_ptr(EncodeError(error.what()));
    case core::ErrorKind::decode:
      return std::make_exception_ptr(DecodeError(error.what()));
    case core::ErrorKind::connection:
    case core::ErrorKind::timeout:
      return std::make_exception_ptr(ConnectionError(error.what()));
    case core::ErrorKind::invalid_argument:
    case core::ErrorKind::configuration:
    case core::ErrorKind::validation:
      return std::make_exception_ptr(ConfigurationError(error.what()));
    default:
      return std::make_exception_ptr(Error(error.what()));
  }
}

std::exception_ptr to_workflow_error(const core::Error& error) {
  // A namespace can be what was not found, too: only its detail tells it from a workflow.
  const bool found = error.grpc_status != static_cast<int>(GrpcStatus::not_found) ||
                     !find_detail(error.grpc_details, api::errordetails::v1::NotFoundFailure().GetTypeName());
  if (found) return to_public(error);
  return std::make_exception_ptr(WorkflowNotFoundError(error.what(), error.grpc_details));
}

std::exception_ptr to_start_error(const core::Error& error, const std::string& workflow_id) {
  if (error.grpc_status == static_cast<int>(GrpcStatus::already_exists)) {
    api::errordetails::v1::WorkflowExecutionAlreadyStartedFailure failure;
    const auto detail = find_detail(error.grpc_details, failure.GetTypeName());
    if (detail && failure.ParseFromString(*detail)) {
      return std::make_exception_ptr(WorkflowAlreadyStartedError(workflow_id, failure.run_id()));
    }
  }
  return to_public(error);
}

std::exception_ptr to_query_error(const core::Error& error) {
  api::errordetails::v1::QueryFailedFailure failure;
  const auto detail = find_detail(error.grpc_details, failure.GetTypeName());
  if (!detail || !failure.ParseFromString(*detail)) return to_workflow_error(error);
  const auto cause = failure.has_failure() ? converter::from_failure(failure.failure()) : nullptr;
  return std::make_exception_ptr(QueryFailedError(error.what(), cause));
}

core::Error failed_operation(const core::Error& error) {
  api::errordetails::v1::MultiOperationExecutionFailure failure;
  const auto detail = find_detail(error.grpc_details, failure.GetTypeName());
  if (!detail || !failure.ParseFromString(*detail)) return error;
  for (const auto& status : failure.statuses()) {
    const bool for_another = status.code() == static_cast<int>(GrpcStatus::aborted);
    // The message has the fields of google.rpc.Status.
    if (status.code() != 0 && !for_another) {
      return {error.kind, status.message(), status.code(), status.SerializeAsString()};
    }
  }
  return error;
}

std::optional<std::string> find_detail(const std::string& status, std::string_view message_type) {
  using google::protobuf::internal::WireFormatLite;
  constexpr int details_field = 3;
  google::protobuf::io::CodedInputStream input{reinterpret_cast<const std::uint8_t*>(status.data()),
                                               static_cast<int>(status.size())};
  while (const auto tag = input.ReadTag()) {
    if (tag != WireFormatLite::MakeTag(details_field, WireFormatLite::WIRETYPE_LENGTH_DELIMITED)) {
      if (!WireFormatLite::SkipField(&input, tag)) return std::nullopt;
      continue;
    }
    std::string bytes;
    well_known::Any detail;
    if (!WireFormatLite::ReadBytes(&input, &bytes) || !detail.ParseFromString(bytes)) return std::nullopt;
    const std::string_view url = detail.type_url();
    if (url.substr(url.rfind('/') + 1) == message_type) return detail.value();
  }
  return std::nullopt;
}

}  // namespace temporal::client::detail
