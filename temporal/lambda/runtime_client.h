#pragma once

#include <temporal/lambda/invocation.h>

#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>

/// \file
/// The client of Lambda's Runtime API: gets events, sends answers.
/// See https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html.

namespace temporal::lambda {

namespace detail {
class HttpConnection;
struct HttpReply;
}  // namespace detail

/// The Runtime API cannot be reached, answered with an error or with something that is not understood.
class RuntimeApiError : public Error {
 public:
  explicit RuntimeApiError(std::string message, int status = 0) : Error(std::move(message)), status_(status) {}

  /// Of its answer, if it gave one. After a 5xx the runtime has to end.
  [[nodiscard]] int status() const noexcept { return status_; }

 private:
  int status_;
};

/// Speaks HTTP/1.1 over one connection that is kept open. A broken connection is opened again once for each call.
/// Blocking, and not thread-safe: it belongs to the thread that runs the invocations.
class RuntimeClient {
 public:
  /// @param host what `AWS_LAMBDA_RUNTIME_API` holds: "127.0.0.1:9001". Nothing is sent yet.
  explicit RuntimeClient(std::string host);
  RuntimeClient(const RuntimeClient&) = delete;
  RuntimeClient& operator=(const RuntimeClient&) = delete;
  ~RuntimeClient();

  /// Waits, without a limit, for the next event. Nothing when a stop was requested first.
  /// @throws RuntimeApiError
  std::optional<Invocation> next(std::stop_token stop = {});

  /// Answers an invocation. @throws RuntimeApiError
  void respond(const std::string& request_id, std::string_view json);
  /// Answers an invocation with an error. @throws RuntimeApiError
  void fail(const std::string& request_id, std::string_view type, std::string_view message);
  /// Reports that the function cannot start. @throws RuntimeApiError
  void init_error(std::string_view type, std::string_view message);

 private:
  std::optional<detail::HttpReply> call(std::string_view request, std::string_view what, const std::stop_token& stop);
  void post(const std::string& path, std::string_view body, const std::string& headers);

  std::string host_;
  std::unique_ptr<detail::HttpConnection> connection_;
};

}  // namespace temporal::lambda
