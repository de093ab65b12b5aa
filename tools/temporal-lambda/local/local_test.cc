#include <tools/temporal-lambda/local/local.h>
#include <tools/temporal-lambda/local/text.h>

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <thread>
#include <vector>

using namespace temporal::local_lambda;
using namespace std::chrono_literals;
using nlohmann::json;
using testing::HasSubstr;

namespace {

/// A local Lambda with one scripted function, on a thread of its own.
class LocalLambdaTest : public testing::Test {
 protected:
  LocalLambdaTest() {
    options_.functions = {{.name = "scripted", .code = SCRIPTED_BOOTSTRAP}};
    options_.retry_delay = 1ms;
    options_.event_log = std::filesystem::path{testing::TempDir()} / ("events-" + std::to_string(::getpid()));
    std::filesystem::remove(options_.event_log);
  }
  ~LocalLambdaTest() override {
    if (!thread_.joinable()) return;
    boost::asio::post(io_, [this] { local_->stop(); });
    thread_.join();
    for (const auto pid : pids_) EXPECT_EQ(::kill(pid, 0), -1) << "process " << pid << " is still there";
  }

  FunctionConfig& function() { return options_.functions[0]; }

  void start() {
    local_.emplace(io_, options_);
    thread_ = std::thread{[this] { io_.run(); }};
  }

  std::string http(const std::string& method, const std::string& path, const std::string& body = "",
                   const std::string& headers = "", const std::string& host = "localhost:1") const {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<unsigned short>(local_->port()));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
    EXPECT_EQ(::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    const auto request = method + " " + path + " HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n" + headers +
                         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
    EXPECT_EQ(::write(fd, request.data(), request.size()), static_cast<ssize_t>(request.size()));
    std::string response;
    char buffer[4096];
    for (ssize_t n = 0; (n = ::read(fd, buffer, sizeof buffer)) > 0;)
      response.append(buffer, static_cast<std::size_t>(n));
    ::close(fd);
    return response;
  }
  std::string invoke(const std::string& payload, const std::string& type = "RequestResponse",
                     const std::string& name = "scripted") const {
    // Words are JSON in quotes.
    const bool is_json = payload.empty() || json::accept(payload);
    return http("POST", "/2015-03-31/functions/" + name + "/invocations", is_json ? payload : "\"" + payload + "\"",
                "X-Amz-Invocation-Type: " + type + "\r\n");
  }
  json result(const std::string& payload) {
    const auto response = invoke(payload);
    auto body = json::parse(response.substr(response.find("\r\n\r\n") + 4));
    if (body.contains("pid")) pids_.push_back(body["pid"]);
    return body;
  }

  std::vector<json> events(const std::string& name) const {
    std::ifstream file{options_.event_log};
    std::vector<json> found;
    for (std::string line; std::getline(file, line);) {
      if (auto event = json::parse(line); event["event"] == name) found.push_back(std::move(event));
    }
    return found;
  }
  std::vector<json> wait_for(const std::string& name, std::size_t count = 1) const {
    for (;; std::this_thread::sleep_for(1ms)) {
      if (auto found = events(name); found.size() >= count) return found;
    }
  }
  static char process_state(pid_t pid) {
    std::ifstream stat{"/proc/" + std::to_string(pid) + "/stat"};
    const std::string text{std::istreambuf_iterator<char>{stat}, {}};
    return text.empty() ? '-' : text[text.rfind(')') + 2];
  }

  LocalOptions options_;
  boost::asio::io_context io_;
  std::optional<LocalLambda> local_;
  std::thread thread_;
  std::vector<pid_t> pids_;
};

}  // namespace

TEST_F(LocalLambdaTest, AWarmEnvironmentIsUsedAgainAndFrozenInBetween) {
  start();
  const auto first = result("one");
  EXPECT_EQ(first["count"], 1);
  EXPECT_EQ(first["arn"], "arn:aws:lambda:us-east-1:000000000000:function:scripted");
  wait_for("frozen");
  while (process_state(first["pid"]) != 'T') std::this_thread::yield();
  const auto second = result("two");
  EXPECT_EQ(second["count"], 2);
  EXPECT_EQ(second["pid"], first["pid"]);
  const auto ends = wait_for("invocation_end", 2);
  EXPECT_THAT(std::string{ends[0]["report"]}, HasSubstr("Init Duration"));
  EXPECT_THAT(std::string{ends[1]["report"]}, testing::Not(HasSubstr("Init Duration")));
}

TEST_F(LocalLambdaTest, AnEventIsAcceptedAtOnceAndRunsLater) {
  start();
  EXPECT_THAT(invoke("", "Event"), HasSubstr("202 Accepted"));
  EXPECT_GT(wait_for("invocation_end")[0]["max_memory_mb"], 0);
}

TEST_F(LocalLambdaTest, AnEventThatFailsIsTriedTwiceMore) {
  start();
  invoke("fail", "Event");
  const auto errors = wait_for("function_error", 3);
  EXPECT_EQ(errors[0]["type"], "Test.Error");
  EXPECT_EQ(errors[0]["request_id"], errors[2]["request_id"]);
  (void)result("a later one");
  EXPECT_EQ(events("function_error").size(), 3U);
}

TEST_F(LocalLambdaTest, AFunctionErrorReachesTheCaller) {
  start();
  const auto response = invoke("fail");
  EXPECT_THAT(response, HasSubstr("X-Amz-Function-Error: Unhandled"));
  EXPECT_THAT(response, HasSubstr("Test.Error"));
}

TEST_F(LocalLambdaTest, AnInvocationOverItsTimeoutIsKilled) {
  function().timeout = 50ms;
  start();
  EXPECT_THAT(invoke("hang"), HasSubstr("Task timed out after 0.05 seconds"));
  EXPECT_EQ(wait_for("environment_end")[0]["exit"], "signal: Killed");
}

TEST_F(LocalLambdaTest, ACrashEndsTheEnvironmentAndTheNextEventGetsAFreshOne) {
  start();
  EXPECT_THAT(invoke("crash"), HasSubstr("Runtime.ExitError"));
  EXPECT_THAT(invoke("exit"), HasSubstr("exit status 7"));
  EXPECT_EQ(result("fine")["count"], 1);
}

TEST_F(LocalLambdaTest, AWebPageInvokesNothing) {
  start();
  const auto path = "/2015-03-31/functions/scripted/invocations";
  EXPECT_THAT(http("POST", path, "1", "Origin: https://example.com\r\n"), HasSubstr("AccessDeniedException"));
  for (const auto* host : {"example.com", "localhost.example.com:80", "127.example.com", "128.0.0.1"}) {
    EXPECT_THAT(http("POST", path, "1", "", host), HasSubstr("AccessDeniedException")) << host;
  }
  EXPECT_TRUE(events("environment_start").empty());
  for (const auto* host : {"127.0.0.1:9001", "localhost", "[::1]:80", "lambda.localhost:80"}) {
    EXPECT_THAT(http("POST", path, "1", "", host), HasSubstr("200 OK")) << host;
  }
}

// As Lambda's own sandbox daemon does: an invocation lasts until the runtime asks for the next event.
TEST_F(LocalLambdaTest, AProcessThatExitsAfterItsAnswerHasFailed) {
  start();
  EXPECT_THAT(invoke("exit after the answer"),
              testing::AllOf(HasSubstr("Runtime.ExitError"), HasSubstr("Runtime exited without providing a reason")));
  EXPECT_EQ(result("fine")["count"], 1);
}

TEST_F(LocalLambdaTest, TheEndIsTheLastEventOfAnEnvironment) {
  start();
  invoke("exit");
  (void)result("another environment");
  wait_for("environment_end");
  std::string last;
  std::ifstream file{options_.event_log};
  for (std::string line; std::getline(file, line);) {
    if (const auto event = json::parse(line); event.value("environment", "") == "1") last = event["event"];
  }
  EXPECT_EQ(last, "environment_end");
}

TEST_F(LocalLambdaTest, AnInitErrorFailsTheInvocationThatStartedIt) {
  function().environment["INIT"] = "error";
  start();
  EXPECT_THAT(invoke("x"), HasSubstr("Test.InitError"));
}

TEST_F(LocalLambdaTest, AnInitThatFailsIsRunOnceMore) {
  function().environment["INIT"] = "fail once";
  start();
  EXPECT_EQ(result("x")["count"], 1);
  EXPECT_EQ(wait_for("init_failed")[0]["exit"], "exit status 5");
  EXPECT_EQ(events("environment_start").size(), 2U);
}

TEST_F(LocalLambdaTest, AnInitOverItsLimitIsKilledAndRunOnceMoreAsPartOfTheInvocation) {
  function().environment["INIT"] = "hang";
  function().timeout = 60ms;
  options_.init_timeout = 50ms;
  start();
  EXPECT_THAT(invoke("x"), HasSubstr("Task timed out after 0.06 seconds"));
  EXPECT_EQ(events("timeout").size(), 2U);
}

TEST_F(LocalLambdaTest, AnEnvironmentRunsInAControlGroupThatGoesWithIt) {
  try {
    options_.cpu = open_cpu_controller();
  } catch (const std::exception& error) {
    GTEST_SKIP() << "no CPU limits on this machine: " << error.what();
  }
  options_.idle_timeout = 300ms;
  start();
  std::ifstream groups{"/proc/" + result("x")["pid"].dump() + "/cgroup"};
  const std::string text{std::istreambuf_iterator<char>{groups}, {}};
  const auto name = "temporal-lambda-" + std::to_string(::getpid()) + "-scripted-1";
  EXPECT_THAT(text, HasSubstr(name));
  while (std::filesystem::exists(options_.cpu->folder / name)) std::this_thread::yield();
}

TEST_F(LocalLambdaTest, AVersionAndAnAliasRunTheirOwnCode) {
  options_.functions.push_back({.name = "scripted", .version = "5", .code = SCRIPTED_BOOTSTRAP});
  options_.aliases = {{.function = "scripted", .name = "live", .version = "5"}};
  start();
  const auto version = [&](const std::string& name) {
    const auto response = invoke("x", "RequestResponse", name);
    const auto body = json::parse(response.substr(response.find("\r\n\r\n") + 4));
    pids_.push_back(body["pid"]);
    EXPECT_THAT(response, HasSubstr("X-Amz-Executed-Version: " + std::string{body["version"]}));
    return std::string{body["version"]};
  };
  EXPECT_EQ(version("scripted"), "$LATEST");
  EXPECT_EQ(version("scripted:$LATEST"), "$LATEST");
  EXPECT_EQ(version("scripted:5"), "5");
  EXPECT_EQ(version("arn:aws:lambda:us-east-1:000000000000:function:scripted:live"), "5");
  EXPECT_THAT(invoke("x", "RequestResponse", "scripted:6"), HasSubstr("ResourceNotFoundException"));
  EXPECT_THAT(http("GET", "/2015-03-31/functions/scripted?Qualifier=live"), HasSubstr(R"("Version":"5")"));
}

TEST_F(LocalLambdaTest, TheLogsTailComesWithTheAnswerWhenAskedFor) {
  start();
  const auto response = http("POST", "/2015-03-31/functions/scripted/invocations", R"("say")",
                             "X-Amz-Invocation-Type: RequestResponse\r\nX-Amz-Log-Type: Tail\r\n");
  const auto begin = response.find("X-Amz-Log-Result: ") + 18;
  const auto encoded = response.substr(begin, response.find('\r', begin) - begin);
  EXPECT_TRUE(encoded.starts_with(base64("START RequestId: ").substr(0, 20))) << encoded;
  EXPECT_GT(encoded.size(), 200U) << "to the REPORT";
  EXPECT_THAT(invoke("say"), testing::Not(HasSubstr("X-Amz-Log-Result")));
}

TEST_F(LocalLambdaTest, AProcessOverItsMemoryIsKilled) {
  function().memory_mb = 128;
  start();
  const auto response = invoke("eat");
  EXPECT_THAT(response, HasSubstr("Runtime.OutOfMemory"));
  EXPECT_THAT(response, HasSubstr("signal: Killed"));
  EXPECT_EQ(wait_for("invocation_end")[0]["max_memory_mb"], 128);
}

TEST_F(LocalLambdaTest, CodeThatIsBuiltAgainIsUsedFromTheNextInvocationOn) {
  function().concurrency = 1;
  const auto code = std::filesystem::path{testing::TempDir()} / ("bootstrap-" + std::to_string(::getpid()));
  std::filesystem::copy_file(SCRIPTED_BOOTSTRAP, code, std::filesystem::copy_options::overwrite_existing);
  function().code = code;
  start();
  const auto old_pid = result("x")["pid"];
  EXPECT_EQ(result("x")["pid"], old_pid);
  std::filesystem::last_write_time(code, std::filesystem::last_write_time(code) + 1s);
  EXPECT_NE(result("x")["pid"], old_pid);
  EXPECT_EQ(wait_for("retired")[0]["why"], "there is new code");
  std::filesystem::remove(code);
  EXPECT_EQ(result("x")["count"], 2) << "without the file the old code runs on";
}

TEST_F(LocalLambdaTest, AnEventThatHasWaitedTooLongIsDropped) {
  function().concurrency = 1;
  function().timeout = 50ms;
  options_.event_age = 1ms;
  options_.event_retries = 0;
  start();
  invoke("hang", "Event");
  invoke("waits", "Event");
  EXPECT_EQ(wait_for("event_dropped")[0]["why"], "too old");
}

TEST_F(LocalLambdaTest, OverTheConcurrencyLimitARequestIsRefusedAndAnEventWaits) {
  function().concurrency = 1;
  function().timeout = 200ms;
  start();
  invoke("hang", "Event");
  wait_for("invocation_start");
  EXPECT_THAT(invoke("x"), HasSubstr("429"));
  invoke("waits", "Event");
  wait_for("invocation_end", 2);
}

TEST_F(LocalLambdaTest, AnUnusedEnvironmentIsRetiredAndToldOnlyBesideAnExtension) {
  options_.idle_timeout = 10ms;
  start();
  (void)result("x");
  EXPECT_EQ(wait_for("retired")[0]["why"], "idle");
  EXPECT_EQ(wait_for("environment_end")[0]["exit"], "signal: Killed");
}

TEST_F(LocalLambdaTest, AnUnusedEnvironmentBesideAnExtensionIsToldFirst) {
  options_.idle_timeout = 10ms;
  options_.extension = true;
  start();
  (void)result("x");
  EXPECT_EQ(wait_for("environment_end")[0]["exit"], "signal: Terminated");
}

TEST_F(LocalLambdaTest, WhatLambdaDoesNotTakeIsRefusedWithItsErrors) {
  start();
  const auto path = "/2015-03-31/functions/scripted/invocations";
  EXPECT_THAT(http("POST", path, "no json"), HasSubstr("InvalidRequestContentException"));
  const std::string large = "\"" + std::string(1'048'576, 'x') + "\"";
  EXPECT_THAT(invoke(large, "Event"), testing::AllOf(HasSubstr("413"), HasSubstr("RequestTooLargeException")));
  EXPECT_THAT(invoke(large), HasSubstr("200 OK"));
  EXPECT_THAT(invoke("\"" + std::string(6'291'456, 'x') + "\""), HasSubstr("RequestTooLargeException"));
  EXPECT_THAT(invoke("too much"), HasSubstr("Function.ResponseSizeTooLarge"));
  EXPECT_EQ(result("fine")["event"], "fine");
}

TEST_F(LocalLambdaTest, AnEventWithoutAPayloadIsAnEmptyObject) {
  start();
  EXPECT_EQ(result("")["event"], json::object());
}

TEST_F(LocalLambdaTest, TheCallersTraceAndContextReachTheFunction) {
  start();
  const auto answer = [this](const std::string& headers) {
    const auto response = http("POST", "/2015-03-31/functions/scripted/invocations", "", headers);
    auto body = json::parse(response.substr(response.find("\r\n\r\n") + 4));
    pids_.push_back(body["pid"]);
    return body;
  };
  const auto caller = std::string{"Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1"};
  const auto told = answer("X-Amzn-Trace-Id: " + caller + "\r\nX-Amz-Client-Context: " + base64(R"({"a":1})") + "\r\n");
  EXPECT_EQ(told["trace"], caller);
  EXPECT_EQ(told["context"], json::object({{"a", 1}}));
  const auto alone = answer("");
  EXPECT_THAT(std::string{alone["trace"]}, testing::EndsWith(";Sampled=0"));
  EXPECT_EQ(alone["context"], nullptr);
}

TEST_F(LocalLambdaTest, ActiveTracingRecordsWhatNobodyElseDecided) {
  options_.active_tracing = true;
  start();
  EXPECT_THAT(std::string{result("x")["trace"]}, testing::EndsWith(";Sampled=1"));
}

TEST_F(LocalLambdaTest, ANewEnvironmentTakesItsTime) {
  options_.start_delay = 200ms;
  start();
  const auto begin = std::chrono::steady_clock::now();
  (void)result("x");
  EXPECT_GE(std::chrono::steady_clock::now() - begin, 200ms);
}

TEST_F(LocalLambdaTest, AProgramOfAnotherMachineFailsTheInvocationAndNotTheTool) {
  const auto code = std::filesystem::path{testing::TempDir()} / ("foreign-" + std::to_string(::getpid()));
  std::ofstream{code} << "no program of this machine";
  std::filesystem::permissions(code, std::filesystem::perms::all);
  options_.functions.push_back({.name = "foreign", .code = code});
  start();
  EXPECT_THAT(invoke("x", "RequestResponse", "foreign"),
              testing::AllOf(HasSubstr("Runtime.InvalidEntrypoint"), HasSubstr("Exec format error")));
  EXPECT_EQ(result("fine")["count"], 1);
  std::filesystem::remove(code);
}

TEST_F(LocalLambdaTest, ManyConnectionsAreTurnedAwayAndSilentOnesClosed) {
  options_.api_limits = {.silence = 1s, .connections = 2};
  start();
  const auto connect = [this] {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<unsigned short>(local_->port()));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
    EXPECT_EQ(::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    return fd;
  };
  const int first = connect();
  const int second = connect();
  const int third = connect();
  char byte = 0;
  EXPECT_EQ(::read(third, &byte, 1), 0) << "there are too many";
  EXPECT_EQ(::read(first, &byte, 1), 0) << "it said nothing";
  EXPECT_EQ(::read(second, &byte, 1), 0);
  for (const int fd : {first, second, third}) ::close(fd);
  EXPECT_EQ(result("fine")["count"], 1);
}

TEST_F(LocalLambdaTest, AFunctionCannotWriteBesideItsCode) {
  start();
  const auto answer = invoke("write beside the code");
  if (::getuid() == 0 && ::unshare(CLONE_NEWNS) != 0) GTEST_SKIP() << "root is not let to divide its mounts here";
  EXPECT_THAT(answer, HasSubstr("read-only"));
}

TEST_F(LocalLambdaTest, WhatAKilledOneLeftBehindIsRemoved) {
  const auto ended = ::fork();
  if (ended == 0) ::_exit(0);
  ::waitpid(ended, nullptr, 0);
  const auto folder = std::filesystem::temp_directory_path();
  const auto left = folder / ("temporal-lambda-task-" + std::to_string(ended) + "-abcdef");
  const auto of_another = folder / ("temporal-lambda-task-" + std::to_string(::getppid()) + "-abcdef");
  for (const auto& path : {left, of_another}) std::filesystem::create_directories(path / "task");
  std::filesystem::permissions(left / "task", std::filesystem::perms::owner_read | std::filesystem::perms::owner_exec);
  start();
  EXPECT_FALSE(std::filesystem::exists(left));
  EXPECT_TRUE(std::filesystem::exists(of_another));
  std::filesystem::remove_all(of_another);
}

TEST_F(LocalLambdaTest, TheTmpOfAnEnvironmentGoesWithIt) {
  options_.idle_timeout = 300ms;
  start();
  const std::filesystem::path tmp{std::string{result("x")["tmp"]}};
  EXPECT_TRUE(std::filesystem::exists(tmp));
  wait_for("environment_end");
  while (std::filesystem::exists(tmp)) std::this_thread::yield();
}

TEST_F(LocalLambdaTest, ANextWithoutAnAnswerIsRefusedAndTheEventIsNotLost) {
  start();
  EXPECT_EQ(result("next twice")["count"], 1);
}

TEST_F(LocalLambdaTest, AProcessLeftBehindDoesNotHideTheExit) {
  start();
  EXPECT_THAT(invoke("leave a process behind"), HasSubstr("exit status 7"));
}

TEST_F(LocalLambdaTest, EveryThawFollowsAFreeze) {
  function().concurrency = 1;
  start();
  for (int i = 0; i < 5; ++i) invoke("x", "Event");
  wait_for("invocation_end", 5);
  EXPECT_LE(events("thawed").size(), events("frozen").size());
}

TEST_F(LocalLambdaTest, FunctionsAreDescribedAndUnknownOnesAreNotFound) {
  start();
  const auto arn = "arn%3Aaws%3Alambda%3Aus-east-1%3A000000000000%3Afunction%3Ascripted";
  EXPECT_THAT(http("GET", std::string{"/2015-03-31/functions/"} + arn), HasSubstr(R"("FunctionName":"scripted")"));
  EXPECT_THAT(http("GET", "/2015-03-31/functions/scripted/configuration"), HasSubstr(R"("MemorySize":256)"));
  EXPECT_THAT(http("GET", "/2015-03-31/functions/"), HasSubstr(R"("Functions":[{)"));
  EXPECT_THAT(http("GET", "/2015-03-31/functions/other"), HasSubstr("ResourceNotFoundException"));
  EXPECT_THAT(invoke("x", "RequestResponse", "arn:aws:lambda:us-east-1:1:function:scripted"), HasSubstr("404"));
  EXPECT_THAT(invoke("x", "Sometimes"), HasSubstr("400"));
  EXPECT_THAT(invoke("x", "DryRun"), HasSubstr("204"));
}

TEST_F(LocalLambdaTest, TextThatIsNotUtf8HarmsNobody) {
  start();
  EXPECT_THAT(http("GET", "/2015-03-31/functions/a%96b"), HasSubstr("ResourceNotFoundException"));
  EXPECT_THAT(http("GET",
                   "/2015-03-31/functions/a\x96"
                   "b"),
              HasSubstr("ResourceNotFoundException"));
  EXPECT_THAT(invoke("fail in latin-1"), HasSubstr("\xe9"));
  EXPECT_EQ(wait_for("function_error").size(), 1U);
}
