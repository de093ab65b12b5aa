#pragma once

#include <temporal/client/connect_options.h>
#include <temporal/client/detail/interception.h>
#include <temporal/client/detail/requests.h>
#include <temporal/client/rpc_options.h>
#include <temporal/core/connection.h>
#include <temporal/core/error.h>

#include <google/protobuf/message_lite.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>

namespace temporal::client::detail {

enum class CallKind {
  normal,
  long_poll,  ///< the server holds it back for about a minute before it answers with nothing
  update,     ///< a long poll that asks for something: given up, it still has the time to reach the server
};

/// What the copies of a client and its handles share. Thread-safe.
class Session : public std::enable_shared_from_this<Session> {
 public:
  /// @throws what an interceptor throws when it is asked for its link
  Session(std::shared_ptr<core::Connection> connection, ConnectOptions options, std::string identity,
          RpcOptions rpc_options = {});

  [[nodiscard]] const std::shared_ptr<core::Connection>& connection() const noexcept { return connection_; }
  [[nodiscard]] const ConnectOptions& options() const noexcept { return options_; }
  [[nodiscard]] const Sender& sender() const noexcept { return sender_; }
  [[nodiscard]] const Interception& interception() const noexcept { return interception_; }

  /// Calls a method of the workflow service, named as the bridge names it: `query_workflow`. `done` runs once on a
  /// thread of the bridge; it must not block or throw.
  /// @param given_up ends the call, in its time, with an error of the status CANCELLED
  void call(std::string method, const google::protobuf::MessageLite& request, CallKind kind, core::Callback done,
            std::stop_token given_up = {}) const;

 private:
  void send(std::string method, std::string request, CallKind kind, core::Callback done,
            std::stop_token given_up) const;

  std::shared_ptr<core::Connection> connection_;
  ConnectOptions options_;
  Sender sender_;
  RpcOptions rpc_options_;
  Interception interception_;
};

/// Parses what a call gave. @throws Error when it is no such message.
template <class Response>
Response parse(const core::Result& result) {
  Response response;
  if (!response.ParseFromString(result.bytes)) throw Error("the server's answer is no " + response.GetTypeName());
  return response;
}

/// A duration as the bridge takes it: from 1 ms to a day, rounded up.
std::int64_t to_milliseconds(Duration duration);

}  // namespace temporal::client::detail
