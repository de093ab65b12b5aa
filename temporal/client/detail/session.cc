#include <temporal/client/detail/session.h>

#include <algorithm>
#include <chrono>
#include <utility>

namespace temporal::client::detail {
namespace {

using namespace std::chrono_literals;

constexpr Duration normal_timeout = 10s;
constexpr Duration long_poll_timeout = 70s;

}  // namespace

Session::Session(std::shared_ptr<core::Connection> connection, ConnectOptions options, std::string identity,
                 RpcOptions rpc_options)
    : connection_(std::move(connection)),
      options_(std::move(options)),
      sender_{.namespace_ = options_.namespace_, .identity = std::move(identity)},
      rpc_options_(std::move(rpc_options)),
      interception_(*this) {}

void Session::call(std::string method, const google::protobuf::MessageLite& request, CallKind kind,
                   core::Callback done) const {
  bridge::v1::RpcCall call;
  call.set_service("workflow");
  call.set_method(std::move(method));
  call.set_request(request.SerializeAsString());
  const auto timeout = kind == CallKind::long_poll ? long_poll_timeout : rpc_options_.timeout.value_or(normal_timeout);
  call.set_timeout_ms(to_milliseconds(timeout));
  for (const auto& [key, value] : rpc_options_.metadata) (*call.mutable_metadata())[key] = value;
  call.set_retry(true);
  connection_->rpc(call, std::move(done));
}

std::int64_t to_milliseconds(Duration duration) {
  constexpr std::int64_t longest = 24L * 60 * 60 * 1000;
  return std::clamp<std::int64_t>(std::chrono::ceil<std::chrono::milliseconds>(duration).count(), 1, longest);
}

}  // namespace temporal::client::detail
