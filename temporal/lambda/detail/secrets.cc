#include <temporal/lambda/detail/secrets.h>

#include <temporal/common/client_errors.h>
#include <temporal/lambda/detail/http_connection.h>

#include <nlohmann/json.hpp>

#include <array>
#include <cctype>
#include <condition_variable>
#include <cstdio>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <stop_token>
#include <system_error>
#include <thread>

namespace temporal::lambda::detail {
namespace {

using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;

constexpr const char* default_port = "2773";
/// Of all attempts together; the init phase has 10 s.
constexpr Duration patience = 5s;
constexpr Duration until_next_attempt = 100ms;

/// Requests a stop when the time is over.
class Timer {
 public:
  explicit Timer(Duration limit) {
    thread_ = std::jthread{[this, limit](const std::stop_token& ended) {
      std::unique_lock lock{mutex_};
      changed_.wait_for(lock, ended, limit, [] { return false; });
      if (!ended.stop_requested()) over_.request_stop();
    }};
  }
  [[nodiscard]] std::stop_token over() const { return over_.get_token(); }

 private:
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::stop_source over_;
  std::jthread thread_;  // last: it uses the others
};

std::string percent_encoded(const std::string& text) {
  std::string encoded;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0 || std::string_view{"-._~"}.find(c) != std::string_view::npos) {
      encoded += c;
      continue;
    }
    std::array<char, 4> escaped{};
    std::snprintf(escaped.data(), escaped.size(), "%%%02X", byte);
    encoded += escaped.data();
  }
  return encoded;
}

bool is_parameter(const std::string& id) { return id.starts_with("/") || id.find(":ssm:") != std::string::npos; }

std::string target_of(const std::string& id) {
  if (is_parameter(id)) return "/systemsmanager/parameters/get?withDecryption=true&name=" + percent_encoded(id);
  return "/secretsmanager/get?secretId=" + percent_encoded(id);
}

/// Of either answer.
std::optional<std::string> value_in(const std::string& body) {
  const auto answer = nlohmann::json::parse(body, nullptr, false);
  if (!answer.is_object()) return std::nullopt;
  const auto parameter = answer.value("Parameter", nlohmann::json::object());
  const auto& value = parameter.is_object() && parameter.contains("Value") ? parameter["Value"]
                      : answer.contains("SecretString")                    ? answer["SecretString"]
                                                                           : nlohmann::json{};
  if (!value.is_string()) return std::nullopt;
  return value.get<std::string>();
}

bool is_not_ready(const HttpReply& reply) {
  return reply.status == 400 && reply.body.find("not ready") != std::string::npos;
}

class Extension {
 public:
  explicit Extension(const envconfig::Environment& environment)
      : host_("localhost:" +
              envconfig::variable(environment, "PARAMETERS_SECRETS_EXTENSION_HTTP_PORT").value_or(default_port)),
        token_(envconfig::variable(environment, "AWS_SESSION_TOKEN").value_or("")) {}

  std::string fetch(const std::string& id) const {
    if (token_.empty()) throw std::runtime_error{"AWS_SESSION_TOKEN is not set: outside Lambda there is no extension"};
    const Timer timer{patience};
    for (;; std::this_thread::sleep_for(until_next_attempt)) {
      const auto reply = ask(id, timer.over());
      if (is_not_ready(reply) && !timer.over().stop_requested()) continue;
      if (reply.status != 200) {
        // AWS's words name the error and the id, and no secret.
        throw std::runtime_error{"the extension answers " + std::to_string(reply.status) + ": " +
                                 reply.body.substr(0, 300)};
      }
      if (auto value = value_in(reply.body)) return *std::move(value);
      throw std::runtime_error{"it has no text: it has to be a secret string, or a parameter"};
    }
  }

 private:
  [[nodiscard]] HttpReply ask(const std::string& id, const std::stop_token& over) const {
    try {
      HttpConnection connection{host_};
      auto reply = connection.exchange("GET " + target_of(id) + " HTTP/1.1\r\nHost: " + host_ +
                                           "\r\nX-Aws-Parameters-Secrets-Token: " + token_ + "\r\n\r\n",
                                       over);
      if (reply) return *std::move(reply);
    } catch (const std::system_error&) {
      throw std::runtime_error{"nothing answers at " + host_ +
                               ": add the layer AWS-Parameters-and-Secrets-Lambda-Extension to the function"};
    }
    throw std::runtime_error{"the extension at " + host_ + " did not answer within 5 s"};
  }

  std::string host_;
  std::string token_;
};

}  // namespace

void fill_in_secrets(client::ConnectOptions& connect, const envconfig::SecretIds& ids, const FetchSecret& fetch) {
  const auto fill = [&](const std::string& what, const std::string& id, bool is_there, auto&& set) {
    if (id.empty()) return;
    if (is_there) throw ConfigurationError(what + " is there by itself, and by the secret " + id + ": leave one out");
    try {
      set(fetch(id));
    } catch (const std::exception& error) {
      throw ConfigurationError("cannot read " + what + ", the secret " + id + ": " + error.what());
    }
  };
  fill("the API key", ids.api_key, connect.api_key.has_value(),
       [&](std::string key) { connect.api_key = std::move(key); });
  const auto fill_tls = [&](const std::string& what, const std::string& id, std::string client::TlsOptions::* field) {
    const bool is_there = connect.tls && !((*connect.tls).*field).empty();
    fill(what, id, is_there, [&](std::string text) {
      if (!connect.tls) connect.tls.emplace();
      (*connect.tls).*field = std::move(text);
    });
  };
  fill_tls("the client certificate", ids.client_certificate, &client::TlsOptions::client_certificate);
  fill_tls("the client key", ids.client_private_key, &client::TlsOptions::client_private_key);
  fill_tls("the server CA certificate", ids.server_ca, &client::TlsOptions::server_ca);
}

FetchSecret aws_extension(const envconfig::Environment& environment) {
  return [extension = Extension{environment}](const std::string& id) { return extension.fetch(id); };
}

}  // namespace temporal::lambda::detail
