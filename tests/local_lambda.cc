#include "local_lambda.h"

#include <temporal/lambda/detail/http_connection.h>

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <iterator>
#include <stdexcept>
#include <stop_token>
#include <thread>

namespace temporal::tests {

using namespace std::chrono_literals;

std::string new_folder() {
  std::string pattern = ::testing::TempDir() + "temporal-XXXXXX";
  if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error{"no folder like " + pattern};
  return pattern;
}

std::string read_file(const std::string& path) {
  std::ifstream file{path};
  return {std::istreambuf_iterator<char>{file}, std::istreambuf_iterator<char>{}};
}

void wait_until(const std::string& what, const std::function<bool()>& condition) {
  for (const auto limit = std::chrono::steady_clock::now() + 60s; !condition(); std::this_thread::sleep_for(5ms)) {
    if (std::chrono::steady_clock::now() > limit) throw std::runtime_error{"waited for a minute for " + what};
  }
}

const std::string LocalLambda::test_function = TEST_FUNCTION_ZIP;

LocalLambda::LocalLambda(const Functions& functions, const std::vector<std::string>& arguments, const std::string& code)
    : folder_(new_folder()) {
  const auto port_file = folder_ + "/port";
  std::vector<std::string> command{TEMPORAL_LAMBDA_CLI, "local",       "--event-log",
                                   folder_ + "/events", "--port-file", port_file};
  for (const auto& [name, environment] : functions) {
    command.insert(command.end(), {"--function", name + "=" + code});
    for (const auto& [key, value] : environment)
      command.insert(command.end(), {"--env", name + ":" + key + "=" + value});
  }
  command.insert(command.end(), arguments.begin(), arguments.end());
  const auto delay = "--start-delay";  // no test waits longer than it has to
  if (std::ranges::find(arguments, delay) == arguments.end()) command.insert(command.end(), {delay, "0"});
  process_.emplace(temporal::testing::detail::ChildOptions{.command = command, .log_file = folder_ + "/log"});
  wait_until("the local Lambda", [&] {
    if (!process_->running()) throw std::runtime_error{"the local Lambda ended: " + log()};
    return read_file(port_file).ends_with('\n');
  });
  host_ = "127.0.0.1:" + std::to_string(std::stoi(read_file(port_file)));
}

std::string LocalLambda::arn(const std::string& function) {
  return "arn:aws:lambda:us-east-1:000000000000:function:" + function;
}

Answer LocalLambda::invoke(const std::string& function, const std::string& payload) const {
  lambda::detail::HttpConnection connection{host_};
  const auto reply =
      connection.exchange("POST /2015-03-31/functions/" + function + "/invocations HTTP/1.1\r\nHost: " + host_ +
                              "\r\nContent-Length: " + std::to_string(payload.size()) + "\r\n\r\n" + payload,
                          std::stop_token{});
  return {.failed = reply->headers.contains("x-amz-function-error"), .body = nlohmann::json::parse(reply->body)};
}

LocalLambda::Events LocalLambda::events(const std::string& name) const {
  Events found;
  std::ifstream file{folder_ + "/events"};
  for (std::string line; std::getline(file, line);) {
    auto event = nlohmann::json::parse(line, nullptr, false);
    if (event.is_object() && event["event"] == name) found.push_back(std::move(event));
  }
  return found;
}

LocalLambda::Events LocalLambda::wait_for(const std::string& name, std::size_t count) const {
  Events found;
  wait_until(std::to_string(count) + " events " + name, [&] { return (found = events(name)).size() >= count; });
  return found;
}

std::string LocalLambda::log() const { return read_file(folder_ + "/log"); }

}  // namespace temporal::tests
