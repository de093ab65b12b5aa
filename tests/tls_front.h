#pragma once

#include <temporal/testing/detail/child_process.h>

#include <optional>
#include <string>

namespace temporal::tests {

/// What a TLS front demands of its clients.
enum class ClientCertificate { not_needed, demanded };

/// nginx before a server: TLS outside, plaintext inside. It and its certificates are made for the test. The server's
/// certificate is for the name `temporal.test`, not for the address that it listens on.
class TlsFront {
 public:
  TlsFront(const std::string& server_address, ClientCertificate client_certificate);

  [[nodiscard]] std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
  /// Of `ca.pem`, `client.pem`, `client.key`, and of `other-ca.pem`, which signed nothing here.
  [[nodiscard]] std::string path(const std::string& file) const { return folder_ + "/" + file; }
  /// Waits until the log has this in a line: one a request, with its path, Authorization and X-Team headers.
  void wait_for_request(const std::string& text) const;

  static constexpr auto server_name = "temporal.test";

 private:
  std::string folder_;
  int port_;
  std::optional<temporal::testing::detail::ChildProcess> nginx_;
};

}  // namespace temporal::tests
