#pragma once

#include <temporal/codec/data_converter.h>
#include <temporal/common/duration.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

/// \file
/// Where the server is and how to speak with it.

namespace temporal::core {
class RuntimeSource;
}

namespace temporal::client {

class Interceptor;

/// TLS of a connection. All of it may stay as it is: then the system's certificate authorities are trusted and no
/// client certificate is sent.
struct TlsOptions {
  std::string server_ca = {};              ///< PEM: trusted in place of the system's authorities
  std::string client_certificate = {};     ///< PEM, for mutual TLS; needs `client_private_key`
  std::string client_private_key = {};     ///< PEM; secret
  std::string server_name = {};            ///< expected in the server's certificate; empty: the host of the address
  bool disable_host_verification = false;  ///< any certificate is taken: whoever is in between reads all

  bool operator==(const TlsOptions&) const = default;
};

/// How a connection finds out that the other side is gone.
struct KeepAlive {
  Duration interval = std::chrono::seconds{30};
  Duration timeout = std::chrono::seconds{15};

  bool operator==(const KeepAlive&) const = default;
};

/// A proxy between this process and the server, as at the edge of many companies' networks: it is asked for a tunnel
/// with HTTP's method CONNECT. `HTTPS_PROXY` is not read.
struct HttpConnectProxy {
  std::string target_host = {};  ///< host and port of the proxy
  std::string user = {};         ///< empty: none is sent
  std::string password = {};     ///< secret

  bool operator==(const HttpConnectProxy&) const = default;
};

/// How requests and answers are compressed.
enum class GrpcCompression { none, gzip };

/// What `Client::connect` needs. A value; safe to copy and to compare. Copies share the interceptors.
struct ConnectOptions {
  std::string address = "localhost:7233";  ///< host and port, no scheme
  std::string namespace_ = "default";

  /// Sent as a bearer token. Secret. Switches TLS on.
  std::optional<std::string> api_key = {};

  /// Set: TLS is used. Not chosen: it is used when there is an API key.
  std::optional<TlsOptions> tls = {};
  /// No TLS, whatever else is set: an API key then travels in the clear.
  bool disable_tls = false;

  /// gRPC metadata for every call. Values count as secret.
  std::map<std::string, std::string> metadata = {};

  /// How this process is called in histories; not chosen: "<pid>@<host>".
  std::optional<std::string> identity = {};

  Duration connect_timeout = std::chrono::seconds{5};

  /// Not chosen: no proxy.
  std::optional<HttpConnectProxy> http_connect_proxy = {};

  /// What is large, from 4 KiB on and histories, is compressed: its bytes cost money, and time far from the server.
  GrpcCompression grpc_compression = GrpcCompression::gzip;

  /// Not chosen: no keep-alive.
  std::optional<KeepAlive> keep_alive = KeepAlive{};

  /// How the payloads of the client and its workers travel: a codec encrypts or compresses them.
  codec::DataConverter data_converter = {};

  /// Around what the client asks for, the first one outermost; see temporal/client/interceptor.h. Those of a worker are
  /// in its own options.
  std::vector<std::shared_ptr<Interceptor>> interceptors = {};

  /// Where the metrics and spans of the connection and its workers go: an `opentelemetry::Telemetry`. Shared by all
  /// connections that have it. Not chosen: nowhere.
  std::shared_ptr<core::RuntimeSource> telemetry = {};

  bool operator==(const ConnectOptions&) const = default;
};

/// Whether a connection with these options uses TLS.
[[nodiscard]] bool uses_tls(const ConnectOptions& options);

/// @throws ConfigurationError that names the field and says what to change.
void validate(const ConnectOptions& options);

/// A sentence for each setting that leaves what is sent, or the server's identity, unprotected.
[[nodiscard]] std::vector<std::string> insecurities(const ConnectOptions& options);

/// For logs: all but secrets; of these, whether they are set.
[[nodiscard]] std::string to_string(const ConnectOptions& options);

}  // namespace temporal::client
