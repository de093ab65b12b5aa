// The same bootstraps under the local Lambda and under AWS's own emulator, which is the sandbox daemon of the real one
// (aws-lambda-runtime-interface-emulator): both come to the same outcomes.
#include "local_lambda.h"

#include <temporal/lambda/detail/http_connection.h>
#include <temporal/testing/detail/child_process.h>
#include <temporal/testing/dev_server.h>

#include <gmock/gmock.h>

#include <cstdlib>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

using namespace temporal::tests;
using temporal::testing::detail::ChildProcess;
using temporal::testing::detail::free_port;

namespace {

using Environment = std::map<std::string, std::string>;

struct Bootstrap {
  std::string program;
  std::string code;  ///< what the local Lambda takes
};
Bootstrap test_function() { return {TEST_FUNCTION_BOOTSTRAP, LocalLambda::test_function}; }
Bootstrap scripted() { return {SCRIPTED_BOOTSTRAP, SCRIPTED_BOOTSTRAP}; }

/// What runs a function.
class Emulator {
 public:
  Emulator() = default;
  Emulator(const Emulator&) = delete;
  Emulator& operator=(const Emulator&) = delete;
  virtual ~Emulator() = default;

  /// "success", the type of the error, or "timeout".
  virtual std::string invoke(const std::string& payload) = 0;
  [[nodiscard]] virtual std::string log() const = 0;
};

class Local final : public Emulator {
 public:
  Local(const Bootstrap& bootstrap, const Environment& environment, const std::string& timeout)
      : lambda_({{"f", environment}}, {"--timeout", timeout}, bootstrap.code) {}

  std::string invoke(const std::string& payload) override {
    const auto answer = lambda_.invoke("f", payload);
    if (!answer.failed) return "success";
    const auto type = answer.body.at("errorType").get<std::string>();
    return type == "Sandbox.Timedout" ? "timeout" : type;
  }
  [[nodiscard]] std::string log() const override { return lambda_.log(); }

 private:
  LocalLambda lambda_;
};

class Aws final : public Emulator {
 public:
  Aws(const Bootstrap& bootstrap, Environment environment, const std::string& timeout)
      : host_("127.0.0.1:" + std::to_string(free_port())), log_(new_folder() + "/log") {
    environment["AWS_LAMBDA_FUNCTION_TIMEOUT"] = timeout;
    environment["TMPDIR"] = new_folder();
    process_.emplace(temporal::testing::detail::ChildOptions{
        .command = {std::getenv("LAMBDA_RIE"), "--runtime-interface-emulator-address", host_, "--runtime-api-address",
                    "127.0.0.1:" + std::to_string(free_port()), bootstrap.program},
        .environment = environment,
        .log_file = log_});
  }

  std::string invoke(const std::string& payload) override {
    std::optional<temporal::lambda::detail::HttpReply> reply;
    const auto request = "POST /2015-03-31/functions/function/invocations HTTP/1.1\r\nHost: " + host_ +
                         "\r\nContent-Length: " + std::to_string(payload.size()) + "\r\n\r\n" + payload;
    wait_until("AWS's emulator", [&] {
      try {
        temporal::lambda::detail::HttpConnection connection{host_};
        reply = connection.exchange(request, std::stop_token{});
        return true;
      } catch (const std::system_error&) {  // it does not listen yet
        return false;
      }
    });
    if (reply->body.starts_with("Task timed out")) return "timeout";
    const auto body = nlohmann::json::parse(reply->body, nullptr, false);
    if (body.is_object() && body.contains("errorType")) return body["errorType"];
    // What has answered and then exits: a bad gateway, with the answer.
    return reply->status == 200 ? "success" : "Runtime.ExitError";
  }
  [[nodiscard]] std::string log() const override { return read_file(log_); }

 private:
  std::string host_;
  std::string log_;
  std::optional<ChildProcess> process_;
};

class Emulators : public ::testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    if (GetParam() == "Aws" &&
        std::string{std::getenv("LAMBDA_RIE") != nullptr ? std::getenv("LAMBDA_RIE") : ""}.empty()) {
      GTEST_SKIP() << "AWS's emulator is built with Go, which is missing";
    }
  }
  static std::unique_ptr<Emulator> start(const Bootstrap& bootstrap, const Environment& environment,
                                         const std::string& timeout) {
    if (GetParam() == "Aws") return std::make_unique<Aws>(bootstrap, environment, timeout);
    return std::make_unique<Local>(bootstrap, environment, timeout);
  }

  /// What each of these events comes to, one after the other, in one emulator.
  struct Case {
    const char* what;
    Bootstrap bootstrap;
    Environment environment;
    std::string timeout;
    std::vector<std::string> payloads;
    std::vector<std::string> outcomes;
  };
  static void expect(const Case& made) {
    const auto emulator = start(made.bootstrap, made.environment, made.timeout);
    std::vector<std::string> outcomes;
    for (const auto& payload : made.payloads) outcomes.push_back(emulator->invoke(payload));
    EXPECT_EQ(outcomes, made.outcomes) << made.what << "\n" << emulator->log();
  }
};

}  // namespace

INSTANTIATE_TEST_SUITE_P(All, Emulators, ::testing::Values("Local", "Aws"),
                         [](const auto& info) { return info.param; });

TEST_P(Emulators, ComeToTheSameOutcomes) {
  for (const auto& made : std::vector<Case>{
           {"a plain runtime, cold and warm", scripted(), {}, "5", {"1", "2"}, {"success", "success"}},
           {"its error", scripted(), {}, "5", {R"("fail")", "2"}, {"Test.Error", "success"}},
           {"one that is too slow", scripted(), {}, "1", {R"("hang")"}, {"timeout"}},
           {"one that exits", scripted(), {}, "5", {R"("exit")"}, {"Runtime.ExitError"}},
           {"one that exits after its answer",
            scripted(),
            {},
            "5",
            {R"("exit after the answer")"},
            {"Runtime.ExitError"}},
       }) {
    expect(made);
  }
}

TEST_P(Emulators, F5_F6_ComeToTheSameOutcomesWithOurBootstrap) {
  const temporal::testing::DevServer server;
  const Environment good{{"TEMPORAL_ADDRESS", server.address()},
                         {"TEMPORAL_TASK_QUEUE", "emulators"},
                         {"TEMPORAL_LAMBDA_IDLE_TIMEOUT", "600ms"},
                         {"GRACEFUL_MS", "500"}};
  auto away = good;
  away["TEMPORAL_ADDRESS"] = "127.0.0.1:" + std::to_string(free_port());
  auto stuck = good;
  stuck["HOOK_HANGS"] = "1";
  for (const auto& made : std::vector<Case>{
           {"cold and warm", test_function(), good, "10", {"{}", ""}, {"success", "success"}},
           {"a server that is away",
            test_function(),
            away,
            "10",
            {"{}", "{}"},
            {"Temporal.ConnectionError", "Temporal.ConnectionError"}},
           {"little time", test_function(), good, "3", {"{}"}, {"Temporal.DeadlineError"}},
           {"something that is stuck, twice", test_function(), stuck, "5", {"{}", "{}"}, {"success", "success"}},
       }) {
    expect(made);
  }
}
