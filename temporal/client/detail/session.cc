#include <temporal/client/detail/session.h>

#include <temporal/common/client_errors.h>

#include <chrono>
#include <string_view>
#include <utility>

namespace temporal::client::detail {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::milliseconds normal_timeout = 10s;
constexpr std::chrono::milliseconds long_poll_timeout = 70s;

}  // namespace

Session::Session(std::shared_ptr<core::Connection> connection, ConnectOptions options, std::string identity)
    : connection_(std::move(connection)),
      options_(std::move(options)),
      sender_{.namespace_ = options_.namespace_, .identity = std::move(identity)} {}

void Session::call(std::string method, const google::protobuf::MessageLite& request, CallKind kind,
                   core::Callback done) const {
  bridge::v1::RpcCall call;
  call.set_service("workflow");
  call.set_method(std::move(method));
  call.set_request(request.SerializeAsString());
  call.set_timeout_ms((kind == CallKind::long_poll ? long_poll_timeout : normal_timeout).count());
  call.set_retry(true);
  connection_->rpc(call, std::move(done));
}

bool is_poll_timeout(const core::Error& error) {
  if (error.kind == core::ErrorKind::timeout) return true;
  if (error.grpc_status == static_cast<int>(GrpcStatus::deadline_exceeded)) return true;
  // How the gRPC library below reports its own end of the same timeout.
  return error.grpc_status == static_cast<int>(GrpcStatus::cancelled) &&
         std::string_view{error.what()}.find("Timeout expired") != std::string_view::npos;
}

}  // namespace temporal::client::detail
