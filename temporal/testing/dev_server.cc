#include <temporal/client/client.h>
#include <temporal/testing/dev_server.h>

#include <cstdlib>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

namespace temporal::testing {
namespace {

using namespace std::chrono_literals;

constexpr auto cli_on_path = "temporal";

DevServerOptions with_cli(DevServerOptions options) {
  if (options.cli.empty()) {
    const char* from_environment = std::getenv("TEMPORAL_CLI");
    options.cli = from_environment != nullptr && *from_environment != '\0' ? from_environment : cli_on_path;
  }
  return options;
}

std::string ended_too_soon(const DevServerOptions& options) {
  auto message = options.cli + " server start-dev ended: see " + options.log_file;
  if (options.cli == cli_on_path) {
    message +=
        ". TEMPORAL_CLI is not set: give it the path of the temporal CLI, or have that on PATH; the tests of "
        "temporal-cpp itself are run with ./dev test, which does that";
  }
  return message;
}

detail::ChildOptions child_options(const DevServerOptions& options, int port) {
  detail::ChildOptions child{
      .command = {options.cli, "server", "start-dev", "--headless", "--ip", "127.0.0.1", "--port", std::to_string(port),
                  "--http-port", std::to_string(detail::free_port()), "--metrics-port",
                  std::to_string(detail::free_port()), "--log-level", "warn"},
      .environment = options.environment,
      .log_file = options.log_file};
  if (!options.database_file.empty())
    child.command.insert(child.command.end(), {"--db-filename", options.database_file});
  child.command.insert(child.command.end(), options.arguments.begin(), options.arguments.end());
  return child;
}

/// The server listens before it serves: until then it refuses every request.
std::optional<std::string> reason_not_ready(const std::string& address) {
  try {
    client::Client::connect({.address = address});
    return std::nullopt;
  } catch (const Error& error) {
    return error.what();
  }
}

}  // namespace

DevServer::DevServer(DevServerOptions options)
    : options_(with_cli(std::move(options))),
      port_(options_.port != 0 ? options_.port : detail::free_port()),
      process_(child_options(options_, port_)) {
  const auto limit = std::chrono::steady_clock::now() + options_.start_timeout;
  while (auto why_not = reason_not_ready(address())) {
    if (!process_.running()) throw std::runtime_error{ended_too_soon(options_)};
    if (std::chrono::steady_clock::now() > limit) {
      throw std::runtime_error{options_.cli + " server start-dev is not ready (" + *why_not + "): see " +
                               options_.log_file};
    }
    std::this_thread::sleep_for(10ms);
  }
}

}  // namespace temporal::testing
