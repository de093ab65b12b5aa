#pragma once

#include <temporal/testing/detail/child_process.h>

#include <nlohmann/json.hpp>

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace temporal::tests {

/// What a RequestResponse invocation gave.
struct Answer {
  bool failed = false;
  nlohmann::json body = {};
};

/// The CLI's local Lambda as a child process, with the test function, or other code, under one or more names.
class LocalLambda {
 public:
  static const std::string test_function;
  /// Function name → its environment.
  using Functions = std::map<std::string, std::map<std::string, std::string>>;

  explicit LocalLambda(const Functions& functions, const std::vector<std::string>& arguments = {},
                       const std::string& code = test_function);

  [[nodiscard]] std::string url() const { return "http://" + host_; }
  [[nodiscard]] static std::string arn(const std::string& function);

  /// Blocks for the answer.
  [[nodiscard]] Answer invoke(const std::string& function, const std::string& payload = "") const;

  using Events = std::vector<nlohmann::json>;
  /// The events of a name, in order.
  [[nodiscard]] Events events(const std::string& name) const;
  /// Waits until there are that many events of a name and gives all of them. Fails the test after a minute.
  [[nodiscard]] Events wait_for(const std::string& name, std::size_t count) const;
  /// All that the functions and the tool have printed.
  [[nodiscard]] std::string log() const;

 private:
  std::string folder_;
  std::string host_;
  std::optional<temporal::testing::detail::ChildProcess> process_;
};

/// A folder below the test's temporary one that is new.
[[nodiscard]] std::string new_folder();
[[nodiscard]] std::string read_file(const std::string& path);

/// Asks until `condition` gives something true. Fails the test, and throws, after a minute.
void wait_until(const std::string& what, const std::function<bool()>& condition);

}  // namespace temporal::tests
