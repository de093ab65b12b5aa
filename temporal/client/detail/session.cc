#include <temporal/client/detail/session.h>

#include <temporal/codec/detail/coded.h>
#include <temporal/common/start.h>

#include <algorithm>
#include <chrono>
#include <utility>

namespace temporal::client::detail {
namespace {

using namespace std::chrono_literals;

constexpr Duration normal_timeout = 30s;  // a query may meet a worker that starts cold; core's own, too
constexpr Duration long_poll_timeout = 70s;

/// How long an update goes on that nobody waits for: it was asked for, so it is to reach the server.
constexpr std::chrono::milliseconds update_at_least = 5s;

/// A call that can be given up. Lives in its callback.
struct Underway {
  struct Cancel {
    const core::Cancellation& cancellation;
    std::chrono::milliseconds at_least;
    void operator()() const noexcept { cancellation.cancel(at_least); }
  };

  Underway(const std::stop_token& given_up, std::chrono::milliseconds at_least, const std::stop_token& stop,
           core::Callback done)
      : done(std::move(done)),
        on_stop(stop, Cancel{cancellation, {}}),
        on_given_up(given_up, Cancel{cancellation, at_least}) {}

  core::Callback done;
  core::Cancellation cancellation;
  std::stop_callback<Cancel> on_stop;
  std::stop_callback<Cancel> on_given_up;
};

using codec::detail::Direction;

/// Calls back on a thread of the codec.
temporal::detail::Root through_codec(temporal::detail::TaskContext, std::shared_ptr<const Session> session,
                                     Direction direction, std::string kind, std::string message, core::Callback done) {
  core::Result result;
  try {
    const auto& options = session->options();
    result.bytes = co_await codec::detail::coded(options.data_converter, {.namespace_ = options.namespace_}, direction,
                                                 std::move(kind), std::move(message));
  } catch (const std::exception& error) {
    result.error = std::make_shared<core::Error>(
        direction == Direction::encode ? core::ErrorKind::encode : core::ErrorKind::decode, error.what());
  }
  done(result);
}

void through_codec(std::shared_ptr<const Session> session, Direction direction, std::string kind, std::string message,
                   core::Callback done) {
  auto& executor = codec::detail::codec_executor();
  executor.post(through_codec(temporal::detail::TaskContext{&executor, {}}, std::move(session), direction,
                              std::move(kind), std::move(message), std::move(done))
                    .frame);
}

}  // namespace

Session::Session(std::shared_ptr<core::Connection> connection, ConnectOptions options, std::string identity,
                 RpcOptions rpc_options)
    : connection_(std::move(connection)),
      options_(std::move(options)),
      sender_{.namespace_ = options_.namespace_, .identity = std::move(identity)},
      rpc_options_(std::move(rpc_options)),
      interception_(*this) {}

void Session::call(std::string method, const google::protobuf::MessageLite& request, CallKind kind, core::Callback done,
                   std::stop_token given_up) const {
  if (!options_.data_converter.codec) {
    return send(std::move(method), request.SerializeAsString(), kind, std::move(done), std::move(given_up));
  }
  // The answer comes back through the codec, too, whether or not the request has payloads.
  auto decoded = [self = shared_from_this(), method, done](const core::Result& result) {
    if (result.error) return done(result);
    through_codec(self, Direction::decode, "response/" + method, result.bytes, done);
  };
  through_codec(shared_from_this(), Direction::encode, "request/" + method, request.SerializeAsString(),
                [self = shared_from_this(), method, kind, decoded = std::move(decoded), done = std::move(done),
                 given_up = std::move(given_up)](const core::Result& result) {
                  if (result.error) return done(result);
                  self->send(method, result.bytes, kind, decoded, given_up);
                });
}

void Session::send(std::string method, std::string request, CallKind kind, core::Callback done,
                   std::stop_token given_up) const {
  bridge::v1::RpcCall call;
  call.set_service("workflow");
  call.set_method(std::move(method));
  call.set_request(std::move(request));
  const auto timeout = kind == CallKind::normal ? rpc_options_.timeout.value_or(normal_timeout) : long_poll_timeout;
  call.set_timeout_ms(to_milliseconds(timeout));
  for (const auto& [key, value] : rpc_options_.metadata) (*call.mutable_metadata())[key] = value;
  call.set_retry(true);
  if (!given_up.stop_possible() && !rpc_options_.stop.stop_possible()) return connection_->rpc(call, std::move(done));
  const auto at_least = kind == CallKind::update ? update_at_least : std::chrono::milliseconds{};
  const auto underway = std::make_shared<Underway>(given_up, at_least, rpc_options_.stop, std::move(done));
  connection_->rpc(call, [underway](const core::Result& result) { underway->done(result); }, &underway->cancellation);
}

std::int64_t to_milliseconds(Duration duration) {
  constexpr std::int64_t longest = 24L * 60 * 60 * 1000;
  return std::clamp<std::int64_t>(std::chrono::ceil<std::chrono::milliseconds>(duration).count(), 1, longest);
}

}  // namespace temporal::client::detail
