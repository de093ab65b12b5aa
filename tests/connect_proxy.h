#pragma once

#include <memory>
#include <string>
#include <vector>

namespace temporal::tests {

/// A proxy that tunnels what asks for it with HTTP's method CONNECT, to the loopback interface only. It runs on a
/// thread of its own.
class ConnectProxy {
 public:
  /// Answers each request with `status`; with 200 it tunnels.
  explicit ConnectProxy(int status = 200);
  ConnectProxy(const ConnectProxy&) = delete;
  ConnectProxy& operator=(const ConnectProxy&) = delete;
  ~ConnectProxy();

  [[nodiscard]] std::string address() const;
  /// The requests so far, with their headers.
  [[nodiscard]] std::vector<std::string> requests() const;

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace temporal::tests
