#include <temporal/client/connect_options.h>

#include <temporal/common/client_errors.h>
#include <temporal/common/utf8.h>

#include <algorithm>
#include <charconv>
#include <string_view>

namespace temporal::client {
namespace {

void check(bool good, const std::string& message) {
  if (!good) throw ConfigurationError(message);
}

bool is_port(std::string_view text) {
  int port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  return error == std::errc{} && end == text.data() + text.size() && port > 0 && port <= 65535;
}

void validate_address(const std::string& name, const std::string& address, const std::string& scheme_hint,
                      const std::string& example) {
  const auto hint = name + " \"" + address + "\": ";
  check(temporal::detail::is_valid_utf8(address), name + " is not UTF-8");
  check(!address.empty(), name + " is empty: give host and port, for example " + example);
  check(address.find("://") == std::string::npos, hint + "leave out the scheme" + scheme_hint);
  const auto colon = address.rfind(':');
  check(colon != std::string::npos && colon > 0, hint + "give host and port, for example " + example);
  check(is_port(std::string_view{address}.substr(colon + 1)), hint + "the port has to be a number from 1 to 65535");
}

void validate_proxy(const HttpConnectProxy& proxy) {
  // Not quoted: a password may be in front of it.
  check(proxy.target_host.find('@') == std::string::npos,
        "http_connect_proxy: target_host has an '@': give user and password in their own fields");
  validate_address("http_connect_proxy: target_host", proxy.target_host, "", "proxy:3128");
  check(proxy.user.find(':') == std::string::npos, "http_connect_proxy: user has a colon, which none can have");
  check(temporal::detail::is_valid_utf8(proxy.user), "http_connect_proxy: user is not UTF-8");
  check(temporal::detail::is_valid_utf8(proxy.password), "http_connect_proxy: password is not UTF-8");
  check(proxy.password.empty() || !proxy.user.empty(), "http_connect_proxy: a password needs a user");
}

bool is_metadata_key(std::string_view key) {
  return !key.empty() && std::all_of(key.begin(), key.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
  });
}

bool is_printable(std::string_view value) {
  return std::all_of(value.begin(), value.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

std::string milliseconds(Duration duration) {
  return std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(duration).count()) + "ms";
}

}  // namespace

bool uses_tls(const ConnectOptions& options) {
  return !options.disable_tls && (options.tls.has_value() || options.api_key.has_value());
}

void validate(const ConnectOptions& options) {
  validate_address("address", options.address, "; TLS is chosen with tls or api_key", "localhost:7233");
  if (options.http_connect_proxy) validate_proxy(*options.http_connect_proxy);
  check(!options.namespace_.empty(), "namespace_ is empty: name the Temporal namespace");
  check(temporal::detail::is_valid_utf8(options.namespace_), "namespace_ is not UTF-8");
  check(!options.identity || temporal::detail::is_valid_utf8(*options.identity), "identity is not UTF-8");
  check(options.connect_timeout > Duration::zero(), "connect_timeout has to be longer than zero");
  if (options.api_key) {
    check(!options.api_key->empty(), "api_key is empty: leave it unset to send none");
    check(is_printable(*options.api_key), "api_key has characters that cannot be sent, perhaps a line end");
  }
  if (options.tls) {
    check(is_printable(options.tls->server_name), "tls: server_name has characters that no host name has");
    check(options.tls->client_certificate.empty() == options.tls->client_private_key.empty(),
          "tls: client_certificate and client_private_key belong together, set both or none");
  }
  for (const auto& [key, value] : options.metadata) {
    check(is_metadata_key(key), "metadata key \"" + temporal::detail::to_valid_utf8(key) +
                                    "\": use lower-case letters, digits, '-', '_' and '.'");
    // The value may be a secret and is not shown.
    check(is_printable(value), "metadata value of \"" + key + "\" has characters that cannot be sent");
  }
  if (options.keep_alive) {
    check(options.keep_alive->interval > Duration::zero() && options.keep_alive->timeout > Duration::zero(),
          "keep_alive: interval and timeout have to be longer than zero");
  }
  check(std::ranges::find(options.interceptors, nullptr) == options.interceptors.end(),
        "one of interceptors is a null pointer: give it an interceptor");
}

std::vector<std::string> insecurities(const ConnectOptions& options) {
  std::vector<std::string> found;
  if (options.api_key && !uses_tls(options)) {
    found.emplace_back("the API key travels in the clear, as TLS is off (disable_tls): who is in between can read it");
  }
  if (uses_tls(options) && options.tls && options.tls->disable_host_verification) {
    found.emplace_back(
        "the server's certificate is not verified (disable_host_verification): anybody can be the server");
  }
  return found;
}

std::string to_string(const ConnectOptions& options) {
  auto text = "address=" + options.address + " namespace=" + options.namespace_;
  text += std::string{" tls="} + (uses_tls(options) ? "on" : "off");
  if (uses_tls(options) && options.tls) {
    const auto& tls = *options.tls;
    if (!tls.server_ca.empty()) text += " server_ca=set";
    if (!tls.client_certificate.empty()) text += " client_certificate=set";
    if (!tls.server_name.empty()) text += " server_name=" + tls.server_name;
    if (tls.disable_host_verification) text += " host_verification=off";
  }
  text += std::string{" api_key="} + (options.api_key ? "set" : "none");
  if (options.http_connect_proxy) text += " http_connect_proxy=" + options.http_connect_proxy->target_host;
  for (const auto& entry : options.metadata) text += " metadata[" + entry.first + "]=set";
  if (options.identity) text += " identity=" + *options.identity;
  return text + " connect_timeout=" + milliseconds(options.connect_timeout);
}

}  // namespace temporal::client
