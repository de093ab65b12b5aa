#pragma once

#include <temporal/testing/detail/child_process.h>

#include <chrono>
#include <map>
#include <string>
#include <vector>

/// \file
/// A real Temporal server for tests.

namespace temporal::testing {

struct DevServerOptions {
  /// The `temporal` CLI. When empty: $TEMPORAL_CLI, then `temporal` on PATH.
  std::string cli = {};
  std::vector<std::string> arguments = {};              ///< further arguments of `temporal server start-dev`
  std::map<std::string, std::string> environment = {};  ///< added to our own
  std::string database_file = {};                       ///< kept across restarts; in memory when empty
  std::string log_file = "/dev/null";
  int port = 0;  ///< zero: any free one
  std::chrono::seconds start_timeout = std::chrono::seconds{60};
};

/// The dev server of the `temporal` CLI as a child process, on the loopback interface. Its namespace is `default`.
/// Ends with this object. Not thread-safe. See https://docs.temporal.io/cli/server#start-dev.
class DevServer {
 public:
  /// Starts it and waits until it serves requests.
  /// @throws std::runtime_error, with the command, when it ends or does not come up in time.
  explicit DevServer(DevServerOptions options = {});

  [[nodiscard]] std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
  [[nodiscard]] const std::string& cli() const { return options_.cli; }
  void stop() { process_.stop(); }

 private:
  DevServerOptions options_;
  int port_;
  detail::ChildProcess process_;
};

}  // namespace temporal::testing
