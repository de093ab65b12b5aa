#include <temporal/lambda/runtime_client.h>

#include <temporal/lambda/detail/http_connection.h>

#include <nlohmann/json.hpp>

#include <charconv>

namespace temporal::lambda {
namespace {

constexpr std::string_view base_path = "/2018-06-01/runtime";
constexpr std::size_t longest_quote = 200;
constexpr std::size_t longest_cause = 4096;
constexpr std::int64_t latest_deadline = 9'000'000'000'000;  // the year 2255: later ones overflow a Timestamp

std::string header(const detail::HttpReply& reply, std::string_view name) {
  const auto found = reply.headers.find(name);
  return found == reply.headers.end() ? std::string{} : found->second;
}

std::optional<Timestamp> parse_deadline(const std::string& text) {
  std::int64_t milliseconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), milliseconds);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  if (milliseconds < 0 || milliseconds > latest_deadline) return std::nullopt;
  return Timestamp{std::chrono::milliseconds{milliseconds}};
}

std::string error_body(std::string_view type, std::string_view message) {
  const nlohmann::json body = {{"errorMessage", message}, {"errorType", type}, {"stackTrace", nlohmann::json::array()}};
  return body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string error_type(std::string_view type) { return "\r\nLambda-Runtime-Function-Error-Type: " + std::string{type}; }

/// What X-Ray shows as the cause of the fault. Lambda drops one of more than 1 MB; a header holds ASCII only.
std::string x_ray_cause(std::string_view type, std::string_view message) {
  const auto none = nlohmann::json::array();
  const nlohmann::json exception = {{"message", message.substr(0, longest_cause)}, {"type", type}, {"stack", none}};
  const nlohmann::json cause = {
      {"working_directory", "/var/task"}, {"exceptions", nlohmann::json::array({exception})}, {"paths", none}};
  return "\r\nLambda-Runtime-Function-XRay-Error-Cause: " +
         cause.dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
}

}  // namespace

RuntimeClient::RuntimeClient(std::string host) : host_(std::move(host)) {}
RuntimeClient::~RuntimeClient() = default;

std::optional<detail::HttpReply> RuntimeClient::call(std::string_view request, std::string_view what,
                                                     const std::stop_token& stop) {
  for (int attempt = 1;; ++attempt) {
    try {
      if (!connection_) connection_ = std::make_unique<detail::HttpConnection>(host_);
      auto reply = connection_->exchange(request, stop);
      if (!reply || !reply->keep_alive) connection_.reset();
      return reply;
    } catch (const std::exception& error) {
      connection_.reset();
      if (attempt == 2) {
        throw RuntimeApiError("the Lambda Runtime API at " + host_ + " failed to " + std::string{what} + ": " +
                              error.what());
      }
    }
  }
}

std::optional<Invocation> RuntimeClient::next(std::stop_token stop) {
  const auto request =
      "GET " + std::string{base_path} + "/invocation/next HTTP/1.1\r\nHost: " + host_ + "\r\nAccept: */*\r\n\r\n";
  const auto reply = call(request, "hand out the next event", stop);
  if (!reply) return std::nullopt;
  if (reply->status != 200) {
    throw RuntimeApiError("the Lambda Runtime API answered the request for the next event with status " +
                              std::to_string(reply->status) + ": " + reply->body.substr(0, longest_quote),
                          reply->status);
  }
  Invocation invocation{
      .request_id = header(*reply, "lambda-runtime-aws-request-id"),
      .function_arn = header(*reply, "lambda-runtime-invoked-function-arn"),
      .deadline = parse_deadline(header(*reply, "lambda-runtime-deadline-ms")),
      .trace_id = header(*reply, "lambda-runtime-trace-id"),
  };
  if (invocation.request_id.empty()) {
    throw RuntimeApiError(
        "the Lambda Runtime API sent an event without the header Lambda-Runtime-Aws-Request-Id: "
        "it cannot be answered");
  }
  return invocation;
}

void RuntimeClient::post(const std::string& path, std::string_view body, const std::string& headers) {
  std::string request = "POST " + std::string{base_path} + path + " HTTP/1.1\r\nHost: " + host_ +
                        "\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size());
  request += headers;
  request += "\r\n\r\n";
  request += body;
  const auto reply = call(request, "take an answer", {});
  if (reply->status / 100 != 2) {
    throw RuntimeApiError("the Lambda Runtime API answered " + path + " with status " + std::to_string(reply->status) +
                              ": " + reply->body.substr(0, longest_quote),
                          reply->status);
  }
}

void RuntimeClient::respond(const std::string& request_id, std::string_view json) {
  post("/invocation/" + request_id + "/response", json, {});
}

void RuntimeClient::fail(const std::string& request_id, std::string_view type, std::string_view message) {
  post("/invocation/" + request_id + "/error", error_body(type, message),
       error_type(type) + x_ray_cause(type, message));
}

void RuntimeClient::init_error(std::string_view type, std::string_view message) {
  post("/init/error", error_body(type, message), error_type(type));
}

}  // namespace temporal::lambda
