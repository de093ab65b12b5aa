#include <tools/temporal-lambda/local/lambda_api.h>
#include <tools/temporal-lambda/local/text.h>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

namespace temporal::local_lambda {

namespace http = boost::beast::http;
using nlohmann::json;

namespace {

constexpr std::string_view functions_path = "/2015-03-31/functions";
constexpr std::string_view invocations = "/invocations";
constexpr std::string_view configuration_path = "/configuration";
constexpr std::size_t largest_request = 6'291'456;
constexpr std::size_t largest_event = 1'048'576;

HttpResponse api_error(int status, const std::string& type, const std::string& message) {
  auto response = make_response(status, to_text({{"Type", "User"}, {"Message", message}, {"message", message}}));
  response.set("X-Amzn-ErrorType", type);
  return response;
}

json configuration(const LocalOptions& options, const FunctionConfig& function, const std::string& qualifier) {
  return {{"Architectures", {"x86_64"}},
          {"CodeSha256", ""},
          {"FunctionArn", function_arn(options.place, function.name, qualifier)},
          {"FunctionName", function.name},
          {"Handler", "bootstrap"},
          {"LastUpdateStatus", "Successful"},
          {"MemorySize", function.memory_mb},
          {"PackageType", "Zip"},
          {"Role", "arn:aws:iam::" + options.place.account + ":role/local"},
          {"Runtime", "provided.al2023"},
          {"State", "Active"},
          {"Timeout", std::chrono::ceil<std::chrono::seconds>(function.timeout).count()},
          {"Version", function.version}};
}

std::string query_value(std::string_view query, std::string_view name) {
  while (!query.empty()) {
    const auto pair = query.substr(0, query.find('&'));
    if (pair.substr(0, pair.find('=')) == name && pair.size() > name.size())
      return url_decode(pair.substr(name.size() + 1));
    query.remove_prefix(std::min(query.size(), pair.size() + 1));
  }
  return {};
}

/// It becomes a header.
std::string one_line(std::string text) {
  std::ranges::replace_if(text, [](unsigned char c) { return c < ' ' || c == 0x7f; }, ' ');
  return text;
}

/// A page in somebody's browser may send requests to this port, and with a name of its own that it has lead here read
/// the answers. Nothing that runs on this machine by itself says an origin, or comes by another name.
bool is_from_a_page(const HttpRequest& request) {
  std::string_view host{request[http::field::host].data(), request[http::field::host].size()};
  host = host.substr(0, host.starts_with('[') ? host.find(']') + 1 : host.find(':'));
  const bool is_local = host.empty() || host == "localhost" || host.ends_with(".localhost") || host == "[::1]" ||
                        (host.starts_with("127.") && host.find_first_not_of("0123456789.") == std::string_view::npos);
  return request.count(http::field::origin) > 0 || !is_local;
}

}  // namespace

void LambdaApi::handle(const HttpRequest& request, Reply reply) {
  if (is_from_a_page(request)) {
    return reply(
        api_error(403, "AccessDeniedException",
                  "requests of web pages are refused: this one has an Origin, or a Host that is not loopback"));
  }
  const std::string_view target{request.target().data(), request.target().size()};
  const auto question = target.find('?');
  auto path = target.substr(0, question);
  const auto query = question == std::string_view::npos ? std::string_view{} : target.substr(question + 1);
  if (!path.starts_with(functions_path)) return reply(api_error(404, "UnknownOperationException", "no such operation"));
  path.remove_prefix(functions_path.size());
  if (path.empty() || path == "/") {
    json list = json::array();
    for (const auto& [name, function] : functions_) {
      const auto& config = function->config();
      const bool wants_all = query_value(query, "FunctionVersion") == "ALL";
      if (wants_all || config.version == latest) {
        list.push_back(configuration(options_, config, wants_all ? config.version : ""));
      }
    }
    return reply(make_response(200, to_text({{"Functions", list}})));
  }
  path.remove_prefix(1);
  const bool is_invoke = path.ends_with(invocations);
  if (is_invoke) path.remove_suffix(invocations.size());
  const bool is_configuration = path.ends_with(configuration_path);
  if (is_configuration) path.remove_suffix(configuration_path.size());

  const auto text = url_decode(path);
  const auto name = parse_function_name(text, options_.place);
  const auto qualifier = !name || name->qualifier.empty() ? query_value(query, "Qualifier") : name->qualifier;
  auto* function = name ? find(name->name, qualifier) : nullptr;
  if (function == nullptr) {
    const auto arn = !name ? text : function_arn(options_.place, name->name, qualifier);
    return reply(api_error(404, "ResourceNotFoundException", "Function not found: " + arn));
  }
  if (is_invoke && request.method() == http::verb::post) {
    return invoke(*function, function_arn(options_.place, name->name, qualifier), request, std::move(reply));
  }
  if (!is_invoke && request.method() == http::verb::get) {
    if (is_configuration) {
      return reply(make_response(200, to_text(configuration(options_, function->config(), qualifier))));
    }
    return reply(make_response(200, describe(function->config(), qualifier)));
  }
  reply(api_error(405, "UnknownOperationException", "no such operation"));
}

Function* LambdaApi::find(const std::string& name, const std::string& qualifier) const {
  auto version = qualifier.empty() ? std::string{latest} : qualifier;
  for (const auto& alias : options_.aliases) {
    if (alias.function == name && alias.name == qualifier) version = alias.version;
  }
  const auto found = functions_.find({name, version});
  return found == functions_.end() ? nullptr : found->second.get();
}

std::string LambdaApi::describe(const FunctionConfig& function, const std::string& qualifier) const {
  return to_text({{"Configuration", configuration(options_, function, qualifier)},
                  {"Code", {{"RepositoryType", "S3"}, {"Location", ""}}},
                  {"Tags", json::object()}});
}

void LambdaApi::invoke(Function& function, const std::string& arn, const HttpRequest& request, Reply reply) {
  const std::string type{request["X-Amz-Invocation-Type"]};
  if (type == "DryRun") return reply(make_response(204));
  if (!type.empty() && type != "Event" && type != "RequestResponse") {
    return reply(api_error(400, "InvalidParameterValueException", "unknown invocation type " + type));
  }
  const auto most = type == "Event" ? largest_event : largest_request;
  if (request.body().size() > most) {
    return reply(api_error(413, "RequestTooLargeException",
                           "Request must be smaller than " + std::to_string(most) + " bytes for the " +
                               (type == "Event" ? "Event" : "RequestResponse") + " invocation type"));
  }
  if (!request.body().empty() && !json::accept(request.body())) {
    return reply(api_error(400, "InvalidRequestContentException", "Could not parse request body into json"));
  }
  Invocation invocation{.request_id = uuid(),
                        .arn = arn,
                        .payload = request.body().empty() ? "{}" : request.body(),
                        .trace = trace_of(std::string{request["X-Amzn-Trace-Id"]}, options_.active_tracing),
                        .client_context = one_line(base64_decode(std::string{request["X-Amz-Client-Context"]})),
                        .wants_log = request["X-Amz-Log-Type"] == "Tail",
                        .is_event = type == "Event"};
  const auto request_id = invocation.request_id;
  if (invocation.is_event) {
    function.invoke(std::move(invocation));
    auto response = make_response(202);
    response.set("X-Amzn-RequestId", request_id);
    return reply(std::move(response));
  }
  invocation.done = [reply, request_id](const Outcome& outcome) {
    auto response = make_response(200, outcome.payload);
    response.set("X-Amzn-RequestId", request_id);
    response.set("X-Amz-Executed-Version", outcome.version);
    if (!outcome.log.empty()) response.set("X-Amz-Log-Result", base64(outcome.log));
    if (outcome.failed) response.set("X-Amz-Function-Error", "Unhandled");
    reply(std::move(response));
  };
  if (!function.invoke(std::move(invocation))) reply(api_error(429, "TooManyRequestsException", "Rate Exceeded."));
}

}  // namespace temporal::local_lambda
