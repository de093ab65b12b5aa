#include <temporal/core/connection.h>
#include <temporal/core/detail/boundary.h>
#include <temporal/core/runtime.h>
#include <temporal/core/worker.h>

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <fstream>
#include <future>
#include <string>
#include <thread>

using namespace temporal;
using namespace std::chrono_literals;
using core::ErrorKind;
using testing::HasSubstr;

namespace {

std::shared_ptr<core::Runtime> runtime() {
  bridge::v1::RuntimeOptions options;
  options.set_threads(1);
  return core::Runtime::create(options);
}

template <class Call>
core::Error error_of(Call&& call) {
  try {
    call();
  } catch (const core::Error& error) {
    return error;
  }
  return {ErrorKind::none, "no error"};
}

/// A port of the loopback interface that is bound, and listens (but never answers) when asked to.
class Port {
 public:
  explicit Port(bool listens) : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (::bind(fd_, reinterpret_cast<sockaddr*>(&address), size) != 0 || (listens && ::listen(fd_, 8) != 0) ||
        ::getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
      throw std::runtime_error{"no port"};
    }
    port_ = ntohs(address.sin_port);
  }
  Port(const Port&) = delete;
  Port& operator=(const Port&) = delete;
  ~Port() { ::close(fd_); }
  [[nodiscard]] std::string address() const { return "127.0.0.1:" + std::to_string(port_); }

 private:
  int fd_;
  int port_ = 0;
};

bridge::v1::ConnectOptions connect_options(const std::string& address) {
  bridge::v1::ConnectOptions options;
  options.set_address(address);
  options.set_identity("test");
  options.set_connect_timeout_ms(500);
  return options;
}

bridge::v1::WorkerOptions worker_options() {
  bridge::v1::WorkerOptions options;
  options.set_namespace_("default");
  options.set_task_queue("queue");
  options.set_max_cached_workflows(1);
  options.set_max_outstanding_workflow_tasks(2);
  options.mutable_workflow_task_poller()->set_simple_maximum(2);
  options.set_enable_workflows(true);
  return options;
}

/// Shuts a replay worker down, which core needs to free all of it. The last poll's error.
core::Error finish(core::Worker& worker) {
  worker.close_histories();
  const auto error = error_of([&] { worker.poll_workflow_activation(); });
  core::await([&](core::Callback done) { worker.finalize(5s, std::move(done)); });
  return error;
}

}  // namespace

TEST(Bridge, HasTheVersionOfItsHeader) {
  EXPECT_EQ(temporal_abi_version(), static_cast<unsigned>(TEMPORAL_ABI_VERSION));
}

TEST(Bridge, NullHandlesAreErrors) {
  const auto error = error_of([] {
    core::await([](core::Callback done) {
      temporal_worker_validate(nullptr, core::detail::on_answer, core::detail::keep(std::move(done)));
    });
  });
  EXPECT_EQ(error.kind, ErrorKind::invalid_argument);
  const auto poll = error_of([] {
    core::detail::call_now([](TemporalBytes* answer) { return temporal_worker_poll_activity_task(nullptr, answer); });
  });
  EXPECT_EQ(poll.kind, ErrorKind::invalid_argument);
}

TEST(Bridge, APollWithNoPlaceForItsTaskIsAnError) {
  EXPECT_EQ(temporal_worker_poll_workflow_activation(nullptr, nullptr), TEMPORAL_INVALID_ARGUMENT);
}

TEST(Runtime, ALogLevelThatIsNoneIsAConfigurationErrorAndReleasesTheSink) {
  bridge::v1::RuntimeOptions options;
  options.set_core_log_level("loud");
  const auto used = std::make_shared<int>();
  const auto error = error_of([&] { core::Runtime::create(options, [used](const auto&) {}); });
  EXPECT_EQ(error.kind, ErrorKind::configuration);
  EXPECT_EQ(used.use_count(), 1);
}

TEST(Runtime, TheLogSinkOfARuntimeThatEndsElsewhereStaysAlive) {
  bridge::v1::RuntimeOptions options;
  options.set_threads(1);
  options.set_core_log_level("trace");
  const auto used = std::make_shared<std::atomic<int>>();
  std::thread([&] {
    auto logging = core::Runtime::create(options, [used](const auto&) { ++*used; });
    std::thread([ending = std::move(logging)]() mutable { ending.reset(); }).join();
    const auto before = used->load();
    core::Worker worker{runtime(), worker_options()};
    finish(worker);
    EXPECT_GT(used->load(), before);  // core still logs from the thread that made the runtime
  }).join();
  EXPECT_EQ(used.use_count(), 1);
}

// Google Test leaves SIGPIPE as a C++ program finds it: deadly.
TEST(Runtime, AWriteToAPeerThatHasGoneIsAnErrorOnItsThreads) {
  std::promise<int> failed_with;
  core::Connection::connect(runtime(), connect_options(Port{false}.address()), [&](const auto&, const auto&) {
    std::array<int, 2> ends{};
    const char byte = 0;
    if (::pipe(ends.data()) != 0) return failed_with.set_value(-1);
    ::close(ends[0]);
    failed_with.set_value(::write(ends[1], &byte, 1) < 0 ? errno : 0);
    ::close(ends[1]);
  });
  EXPECT_EQ(failed_with.get_future().get(), EPIPE);
}

TEST(Connection, AClosedPortIsAConnectionErrorThatNamesTheAddress) {
  const Port port{false};
  const auto error = error_of([&] { core::Connection::connect(runtime(), connect_options(port.address())); });
  EXPECT_EQ(error.kind, ErrorKind::connection);
  EXPECT_THAT(error.what(), HasSubstr(port.address()));
}

TEST(Connection, ASilentServerIsAConnectionErrorAfterTheTimeout) {
  const Port port{true};
  const auto error = error_of([&] { core::Connection::connect(runtime(), connect_options(port.address())); });
  EXPECT_EQ(error.kind, ErrorKind::connection);
  EXPECT_THAT(error.what(), HasSubstr("did not answer within"));
}

TEST(Connection, AnAddressThatIsNoneIsAConfigurationError) {
  EXPECT_EQ(error_of([] { core::Connection::connect(runtime(), connect_options("not an address")); }).kind,
            ErrorKind::configuration);
}

TEST(Worker, OptionsThatCannotWorkAreAConfigurationError) {
  auto options = worker_options();
  options.mutable_workflow_task_poller()->set_simple_maximum(1);
  const auto error = error_of([&] { core::Worker worker(runtime(), options); });
  EXPECT_EQ(error.kind, ErrorKind::configuration);
}

TEST(Worker, GarbageIsAnErrorInEveryCompletion) {
  core::Worker worker{runtime(), worker_options()};
  const std::string garbage = "\xff\xff\xff\xff";
  const auto workflow = error_of([&] {
    core::await([&](core::Callback done) { worker.complete_workflow_activation(garbage, std::move(done)); });
  });
  const auto activity = error_of(
      [&] { core::await([&](core::Callback done) { worker.complete_activity_task(garbage, std::move(done)); }); });
  const auto nexus = error_of(
      [&] { core::await([&](core::Callback done) { worker.complete_nexus_task(garbage, std::move(done)); }); });
  EXPECT_EQ(workflow.kind, ErrorKind::invalid_argument);
  EXPECT_EQ(activity.kind, ErrorKind::invalid_argument);
  EXPECT_EQ(nexus.kind, ErrorKind::invalid_argument);
  EXPECT_EQ(error_of([&] { worker.record_activity_heartbeat(garbage); }).kind, ErrorKind::invalid_argument);
  finish(worker);
}

TEST(Worker, AReplayWorkerWithoutHistoriesShutsDownByItself) {
  const auto worker = core::Worker::replay(runtime(), worker_options());
  EXPECT_EQ(finish(*worker).kind, ErrorKind::shutdown);
}

TEST(Worker, AFinalizedWorkerAnswersShutdown) {
  core::Worker worker{runtime(), worker_options()};
  finish(worker);
  EXPECT_EQ(error_of([&] { worker.initiate_shutdown(); }).kind, ErrorKind::shutdown);
  EXPECT_EQ(error_of([&] { worker.request_workflow_eviction("run"); }).kind, ErrorKind::shutdown);
}

TEST(EnvConfig, TheEnvironmentBeatsTheFileFieldByField) {
  bridge::v1::EnvConfigRequest request;
  request.set_has_toml(true);
  request.set_toml("[profile.default]\naddress = 'file:1'\nnamespace = 'from-file'\n");
  (*request.mutable_environment())["TEMPORAL_ADDRESS"] = "environment:2";
  const auto profile = core::load_client_config(request);
  EXPECT_EQ(profile.address(), "environment:2");
  EXPECT_EQ(profile.namespace_(), "from-file");
}

TEST(EnvConfig, ANamedProfileThatDoesNotExistIsAnError) {
  bridge::v1::EnvConfigRequest request;
  request.set_profile("x");
  EXPECT_THAT(error_of([&] { core::load_client_config(request); }).what(), HasSubstr("Profile 'x' not found"));
}

TEST(EnvConfig, BrokenTomlNamesTheLine) {
  bridge::v1::EnvConfigRequest request;
  request.set_has_toml(true);
  request.set_toml("[profile.default]\naddress = \n");
  EXPECT_THAT(error_of([&] { core::load_client_config(request); }).what(), HasSubstr("line 2"));
}

TEST(EnvConfig, AFileIsReadByItsPath) {
  const auto path = testing::TempDir() + "core_test_" + std::to_string(::getpid()) + ".toml";
  std::ofstream{path} << "[profile.default]\naddress = 'file:1'\n";
  bridge::v1::EnvConfigRequest request;
  request.set_path(path);
  EXPECT_EQ(core::load_client_config(request).address(), "file:1");
  request.set_path(path + ".missing");
  const auto error = error_of([&] { core::load_client_config(request); });
  EXPECT_EQ(error.kind, ErrorKind::configuration);
  EXPECT_THAT(error.what(), HasSubstr(path + ".missing"));
}

TEST(EnvConfig, AnUnknownKeyIsAnErrorWhenAskedToBeStrict) {
  bridge::v1::EnvConfigRequest request;
  request.set_has_toml(true);
  request.set_toml("[profile.default]\nadress = 'file:1'\n");
  EXPECT_NO_THROW(core::load_client_config(request));
  request.set_strict(true);
  EXPECT_THAT(error_of([&] { core::load_client_config(request); }).what(), HasSubstr("adress"));
}

TEST(EnvConfig, PathAndDataOfOneThingTogetherAreAnErrorThatNamesBoth) {
  bridge::v1::EnvConfigRequest request;
  (*request.mutable_environment())["TEMPORAL_TLS_CLIENT_CERT_PATH"] = "a";
  (*request.mutable_environment())["TEMPORAL_TLS_CLIENT_CERT_DATA"] = "b";
  const std::string text = error_of([&] { core::load_client_config(request); }).what();
  EXPECT_THAT(text, HasSubstr("TEMPORAL_TLS_CLIENT_CERT_PATH"));
  EXPECT_THAT(text, HasSubstr("TEMPORAL_TLS_CLIENT_CERT_DATA"));
}
