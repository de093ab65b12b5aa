// What goes wrong reaches the Lambda user: the error type and message in the answer, and one line in the log.
#include "local_lambda.h"

#include <gmock/gmock.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <fstream>

using namespace temporal::tests;
using ::testing::HasSubstr;

namespace {

constexpr auto function = "tests";

/// A port of the loopback interface that accepts connections and never answers.
class SilentServer {
 public:
  SilentServer() : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (::bind(fd_, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(fd_, 8) != 0 ||
        ::getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
      throw std::runtime_error{"no port"};
    }
    port_ = ntohs(address.sin_port);
  }
  SilentServer(const SilentServer&) = delete;
  SilentServer& operator=(const SilentServer&) = delete;
  ~SilentServer() { ::close(fd_); }
  [[nodiscard]] std::string address() const { return "127.0.0.1:" + std::to_string(port_); }

 private:
  int fd_;
  int port_ = 0;
};

std::string closed_address() { return "127.0.0.1:" + std::to_string(temporal::testing::detail::free_port()); }

struct BadInput : ::testing::Test {
  /// Runs the function with this environment and expects one failure of that type, in the answer and in the log.
  void expect_failure(const std::map<std::string, std::string>& environment, const std::string& type,
                      const std::string& message, const std::vector<std::string>& arguments = {}) {
    lambda_.emplace(LocalLambda::Functions{{function, environment}}, arguments);
    const auto answer = lambda_->invoke(function, "[\"ignored\"]");
    EXPECT_TRUE(answer.failed);
    EXPECT_EQ(answer.body.value("errorType", ""), type) << answer.body;
    EXPECT_THAT(answer.body.value("errorMessage", ""), HasSubstr(message));
    wait_until("a log line with the type and the message", [&] {
      const auto log = lambda_->log();
      return log.find(type) != std::string::npos && log.find(message) != std::string::npos;
    });
  }
  void expect_exit_status_1() { EXPECT_EQ(lambda_->wait_for("environment_end", 1).at(0)["exit"], "exit status 1"); }
  void expect_survival() {
    (void)lambda_->wait_for("frozen", 1);
    EXPECT_TRUE(lambda_->events("environment_end").empty());
  }

  std::optional<LocalLambda> lambda_;
};

}  // namespace

TEST_F(BadInput, D2_NoTaskQueue) {
  expect_failure(
      {}, "Temporal.ConfigurationError",
      "task queue not configured: set worker_config.task_queue or the TEMPORAL_TASK_QUEUE environment variable");
  expect_exit_status_1();
}

TEST_F(BadInput, A2_AnEmptyVersion) {
  expect_failure({{"BUILD_ID", " "}, {"TEMPORAL_TASK_QUEUE", "q"}}, "Temporal.ConfigurationError",
                 "version is required (deployment_name and build_id must be set): give it to run_worker, or set "
                 "TEMPORAL_DEPLOYMENT_NAME and TEMPORAL_WORKER_BUILD_ID");
  expect_exit_status_1();
}

TEST_F(BadInput, C3_BrokenTomlNamesFileAndLine) {
  const auto file = new_folder() + "/temporal.toml";
  std::ofstream{file} << "[profile.default]\naddress = \n";
  expect_failure({{"TEMPORAL_CONFIG_FILE", file}, {"TEMPORAL_TASK_QUEUE", "q"}}, "Temporal.ConfigurationError", file);
  EXPECT_THAT(lambda_->log(), HasSubstr("line 2"));
  expect_exit_status_1();
}

TEST_F(BadInput, F13_AServerThatRefuses) {
  const auto address = closed_address();
  expect_failure({{"TEMPORAL_ADDRESS", address}, {"TEMPORAL_TASK_QUEUE", "q"}}, "Temporal.ConnectionError", address);
  expect_survival();
}

TEST_F(BadInput, F13_AServerThatNeverAnswers) {
  const SilentServer server;
  expect_failure({{"TEMPORAL_ADDRESS", server.address()}, {"TEMPORAL_TASK_QUEUE", "q"}}, "Temporal.ConnectionError",
                 server.address());
  expect_survival();
}

TEST_F(BadInput, F1_ADeadlineThatIsTooShort) {
  expect_failure({{"TEMPORAL_ADDRESS", closed_address()}, {"TEMPORAL_TASK_QUEUE", "q"}}, "Temporal.DeadlineError",
                 "shutdown buffer 7 s", {"--timeout", "7"});
  expect_survival();
}

TEST_F(BadInput, C10_ASecretIsNeverInTheLogOrTheAnswer) {
  expect_failure({{"TEMPORAL_ADDRESS", closed_address()},
                  {"TEMPORAL_TASK_QUEUE", "q"},
                  {"TEMPORAL_API_KEY", "s3cr3t-key"},
                  {"TEMPORAL_CODEC_ENDPOINT", "http://codec"},
                  {"TEMPORAL_CODEC_AUTH", "Bearer s3cr3t-codec"}},
                 "Temporal.ConnectionError", "");
  EXPECT_THAT(lambda_->log(), ::testing::Not(HasSubstr("s3cr3t")));
}
