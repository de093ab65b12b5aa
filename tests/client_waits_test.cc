// What waits at the server: who gives it up, and a server that goes away.
#include "tcp_proxy.h"

#include <temporal/client/client.h>
#include <temporal/client/detail/access.h>
#include <temporal/client/detail/session.h>
#include <temporal/client/interceptor.h>
#include <temporal/common/errors.h>
#include <temporal/common/start.h>
#include <temporal/testing/dev_server.h>
#include <temporal/worker/worker.h>
#include <temporal/workflow/workflow.h>

#include <temporal/api/history/v1/message.pb.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>

#include <gtest/gtest.h>

#include <cstdlib>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

using namespace temporal;
using namespace std::chrono_literals;
using boost::asio::ip::tcp;
using client::UpdateStage;

namespace {

/// Ends once it is opened; gives what was put into it.
class Box {
 public:
  workflow::Task<int> run() {
    co_await workflow::wait_condition([this] { return open_ && workflow::all_handlers_finished(); });
    co_return content_;
  }
  void open() { open_ = true; }
  workflow::Task<int> put(int n) {
    co_await workflow::wait_condition([this] { return open_; });
    co_return content_ += n;
  }

 private:
  bool open_ = false;
  int content_ = 0;
};

/// What Prometheus would read.
std::string metrics_of(int port) {
  boost::asio::io_context io;
  tcp::socket socket{io};
  socket.connect({boost::asio::ip::address_v4::loopback(), static_cast<unsigned short>(port)});
  boost::asio::write(socket, boost::asio::buffer(std::string{"GET /metrics HTTP/1.0\r\n\r\n"}));
  std::string answer;
  boost::system::error_code end;
  boost::asio::read(socket, boost::asio::dynamic_buffer(answer), end);
  return answer;
}

class ClientWaits : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    metrics_port_ = temporal::testing::detail::free_port();
    server_ = std::make_unique<temporal::testing::DevServer>(
        temporal::testing::DevServerOptions{.arguments = {"--metrics-port", std::to_string(metrics_port_)}});
    client_ = std::make_unique<client::Client>(client::Client::connect({.address = server_->address()}));
  }
  static void TearDownTestSuite() {
    client_.reset();
    server_.reset();
  }

  static client::Client& client() { return *client_; }
  static const temporal::testing::DevServer& server() { return *server_; }

  /// A workflow that waits; without a worker unless the test has one.
  [[nodiscard]] client::WorkflowHandle<int> start() const {
    return client().start<&Box::run>({.id = name_, .task_queue = name_}).get();
  }
  [[nodiscard]] worker::WorkerOptions worker_options() const {
    worker::WorkerOptions options{.task_queue = name_};
    options.add_workflow(workflow::definition<Box>().run<&Box::run>().signal<&Box::open>().update<&Box::put>());
    return options;
  }

  /// How many calls of this kind the server holds open: those that came, without those that took their time.
  static int open_calls(const std::string& operation) {
    std::istringstream lines{metrics_of(metrics_port_)};
    int open = 0;
    for (std::string line; std::getline(lines, line);) {
      const auto has = [&line](const std::string& label) { return line.find(label) != std::string::npos; };
      if (!has("operation=\"" + operation + "\"") || !has("service_name=\"frontend\"")) continue;
      const auto count = [&line] { return std::stoi(line.substr(line.rfind(' ') + 1)); };
      if (line.starts_with("service_requests{")) open += count();
      if (line.starts_with("service_latency_count{")) open -= count();
    }
    return open;
  }
  /// A test that hangs here has calls that nobody ends, or none where there should be.
  static void wait_for_open_calls(const std::string& operation, int expected) {
    while (open_calls(operation) != expected) std::this_thread::sleep_for(20ms);
  }

  const std::string name_ = ::testing::UnitTest::GetInstance()->current_test_info()->name();

 private:
  static inline int metrics_port_ = 0;
  static inline std::unique_ptr<temporal::testing::DevServer> server_;
  static inline std::unique_ptr<client::Client> client_;
};

constexpr auto result_polls = "PollWorkflowExecutionHistory";
constexpr auto update_calls = "UpdateWorkflowExecution";
constexpr auto update_polls = "PollWorkflowExecutionUpdate";

template <class T>
GrpcStatus status_of(Future<T> call) {
  try {
    call.get();
  } catch (const RpcError& error) {
    return error.status();
  }
  return GrpcStatus::ok;
}

TEST_F(ClientWaits, AResultThatIsGivenUpIsNoLongerPolledFor) {
  const auto box = start();
  for (int i = 0; i < 200; ++i) EXPECT_FALSE(box.result().wait_for(10ms));
  wait_for_open_calls(result_polls, 0);

  // Those that are still waited for stay, also where the first ones of a workflow were given up.
  auto kept = box.result();
  {
    const auto executed = client().execute<&Box::run>({.id = name_ + "-2", .task_queue = name_});
  }
  wait_for_open_calls(result_polls, 1);
  box.terminate().get();
  EXPECT_THROW(kept.get(), WorkflowFailedError);
}

TEST_F(ClientWaits, AHistoryThatNobodyFollowsAnyMoreIsNoLongerPolledFor) {
  const auto box = start();
  auto pages = box.history_pages({.wait_new_event = true});
  ASSERT_TRUE(pages.next().get());
  {
    const auto next = pages.next();
    wait_for_open_calls(result_polls, 1);
  }
  wait_for_open_calls(result_polls, 0);
  box.terminate().get();
  EXPECT_TRUE(pages.next().get()) << "the reader goes on where it was";
}

TEST_F(ClientWaits, AnUpdateThatNobodyWaitsForReachesTheWorkflowAndIsNoLongerPolledFor) {
  const auto box = start();
  for (int i = 0; i < 2; ++i) (void)box.update<&Box::put>(1);
  (void)box.start_update<&Box::put>({.wait_for_stage = UpdateStage::completed}, 1);

  worker::Worker worker{client(), worker_options()};
  worker.start();
  auto pages = box.history_pages({.wait_new_event = true});
  for (int accepted = 0; accepted < 3;) {
    api::history::v1::History history;
    ASSERT_TRUE(history.ParseFromString(pages.next().get().value().bytes));
    for (const auto& event : history.events())
      accepted += int{event.has_workflow_execution_update_accepted_event_attributes()};
  }
  wait_for_open_calls(update_calls, 0);
  box.signal<&Box::open>().get();
  EXPECT_EQ(box.result().get(), 3);
}

TEST_F(ClientWaits, TheResultOfAnUpdateThatIsGivenUpIsNoLongerPolledFor) {
  const auto box = start();
  worker::Worker worker{client(), worker_options()};
  worker.start();
  const auto update = box.start_update<&Box::put>({}, 3).get();
  {
    const auto first = update.result();
    const auto second = update.result();
    wait_for_open_calls(update_polls, 2);
  }
  wait_for_open_calls(update_polls, 0);
  auto again = update.result();
  box.signal<&Box::open>().get();
  EXPECT_EQ(again.get(), 3);
}

TEST_F(ClientWaits, AnInterceptorDoesNotKeepAWaitThatWasGivenUp) {
  struct Link : client::CallInterceptor {};
  struct Maker : client::Interceptor {
    std::unique_ptr<client::CallInterceptor> intercept_client(const client::ClientInfo&) override {
      return std::make_unique<Link>();
    }
  };
  const auto box = start();
  const auto intercepted =
      client::Client::connect({.address = server().address(), .interceptors = {std::make_shared<Maker>()}});
  (void)intercepted.workflow_handle<&Box::run>(name_).update<&Box::put>(1);
  wait_for_open_calls(update_calls, 1);
  wait_for_open_calls(update_calls, 0);
  box.terminate().get();
}

TEST_F(ClientWaits, AStopTokenEndsCallsAndWaits) {
  const auto box = start();
  std::stop_source stop;
  const auto stoppable = client().with_rpc_options({.stop = stop.get_token()}).workflow_handle<&Box::run>(name_);
  EXPECT_EQ(stoppable.describe().get().id, name_);
  auto result = stoppable.result();
  auto update = stoppable.update<&Box::put>(1);
  wait_for_open_calls(result_polls, 1);
  wait_for_open_calls(update_calls, 1);
  stop.request_stop();
  EXPECT_EQ(status_of(std::move(result)), GrpcStatus::cancelled);
  EXPECT_EQ(status_of(std::move(update)), GrpcStatus::cancelled);
  EXPECT_EQ(status_of(stoppable.describe()), GrpcStatus::cancelled) << "later ones, too";
  wait_for_open_calls(result_polls, 0);
  wait_for_open_calls(update_calls, 0);
  box.terminate().get();
}

Task<int> result_or_nothing(client::Client client, std::string id) {
  const auto stop = co_await this_task::stop_token();
  const auto mine = client.with_rpc_options({.stop = stop});
  co_return co_await mine.workflow_handle<&Box::run>(id).result();
}

TEST_F(ClientWaits, ATaskThatIsStoppedIsNotHeldByWhatItAwaits) {
  const auto box = start();
  std::stop_source stop;
  auto task = temporal::start(default_executor(), result_or_nothing(client(), name_), stop.get_token());
  wait_for_open_calls(result_polls, 1);
  stop.request_stop();
  EXPECT_EQ(status_of(std::move(task)), GrpcStatus::cancelled);
  wait_for_open_calls(result_polls, 0);
  box.terminate().get();
}

/// A client for which core retries a call once, so that an outage of a moment is one.
client::Client connect_with_a_retry(const std::string& address) {
  bridge::v1::ConnectOptions options;
  options.set_address(address);
  options.set_identity("test");
  options.set_max_rpc_attempts(2);
  return client::Client{std::make_shared<client::detail::Session>(
      core::Connection::connect(client::detail::default_runtime(), options), client::ConnectOptions{}, "test")};
}

TEST_F(ClientWaits, AWaitOutlastsAServerThatIsAway) {
  tests::TcpProxy proxy{server().address()};
  const auto far = connect_with_a_retry(proxy.address()).workflow_handle<&Box::run>(name_);
  const auto box = start();
  worker::Worker worker{client(), worker_options()};
  worker.start();
  const auto update = far.start_update<&Box::put>({}, 3).get();
  auto result = far.result();
  auto updated = update.result();
  auto pages = far.history_pages({.wait_new_event = true, .close_event_only = true});
  auto close_event = pages.next();
  wait_for_open_calls(result_polls, 2);
  wait_for_open_calls(update_polls, 1);

  proxy.go_away();
  for (int i = 0; i < 5; ++i) EXPECT_EQ(status_of(far.describe()), GrpcStatus::unavailable) << "a call says so";
  EXPECT_EQ(status_of(far.update<&Box::put>(1)), GrpcStatus::unavailable);
  EXPECT_FALSE(result.wait_for(50ms));
  EXPECT_FALSE(updated.wait_for(50ms));
  EXPECT_FALSE(close_event.wait_for(50ms));

  proxy.come_back();
  box.signal<&Box::open>().get();
  EXPECT_EQ(result.get(), 3);
  EXPECT_EQ(updated.get(), 3);
  EXPECT_TRUE(close_event.get());
}

// 25 s are longer than core retries a call. In ./dev test it is a moment, `./dev soak` sets the rest.
TEST_F(ClientWaits, AWaitOutlastsAnOutageWithTheRetriesThatClientsHave) {
  tests::TcpProxy proxy{server().address()};
  const auto far = client::Client::connect({.address = proxy.address()}).workflow_handle<&Box::run>(name_);
  const auto box = start();
  worker::Worker worker{client(), worker_options()};
  worker.start();
  auto result = far.result();
  wait_for_open_calls(result_polls, 1);
  proxy.go_away();
  const char* const soak = std::getenv("TEMPORAL_SOAK");
  EXPECT_FALSE(result.wait_for(soak == nullptr ? 100ms : 25s)) << "it goes on waiting";
  proxy.come_back();
  box.signal<&Box::open>().get();
  EXPECT_EQ(result.get(), 0);
}

/// Runs this on a thread of its own. What hangs fails, and goes on until the program ends.
void expect_an_end(const std::string& what, std::function<void()> ends) {
  std::packaged_task<void()> task{std::move(ends)};
  auto ended = task.get_future();
  std::thread{std::move(task)}.detach();
  ASSERT_EQ(ended.wait_for(60s), std::future_status::ready) << what;
  EXPECT_NO_THROW(ended.get()) << what;
}

/// Awaits with the last reference to its client, which goes on the thread that delivers.
Task<int> keeps(std::optional<client::Client> client, std::string id) {
  const auto handle = client->workflow_handle<&Box::run>(id);
  auto result = handle.result();
  client.reset();
  co_return co_await std::move(result);
}

TEST_F(ClientWaits, WhatEndsDoesNotHangInWhateverStateAndOnWhateverThread) {
  tests::TcpProxy proxy{server().address()};
  const auto connect = [&proxy] { return client::Client::connect({.address = proxy.address()}); };
  const auto box = start();
  using Handle = client::WorkflowHandle<int>;
  const auto handle_of = [this](const client::Client& client) -> Handle {
    return client.workflow_handle<&Box::run>(name_);
  };
  // What is under way when it ends.
  const std::vector<std::pair<std::string, std::function<void(const Handle&)>>> states{
      {"nothing", [](const Handle&) {}},
      {"a call", [](const Handle& handle) { (void)handle.describe(); }},
      {"a result", [](const Handle& handle) { (void)handle.result(); }},
      {"an update", [](const Handle& handle) { (void)handle.update<&Box::put>(1); }},
      {"a history", [](const Handle& handle) { (void)handle.fetch_history(); }},
  };
  for (const auto& [state, begin] : states) {
    expect_an_end(state + ", then the handle", [&, begin = begin] {
      std::optional<Handle> handle;
      handle.emplace(handle_of(connect()));
      begin(*handle);
      std::thread{[&] { handle.reset(); }}.join();
    });
    expect_an_end(state + ", then the client on another thread", [&, begin = begin] {
      std::optional<client::Client> client{connect()};
      begin(handle_of(*client));
      std::thread{[&] { client.reset(); }}.join();
    });
  }
  expect_an_end("a future outlives its client", [&] {
    auto description = handle_of(connect()).describe();
    EXPECT_EQ(description.get().id, name_);
  });
  expect_an_end("a future is dropped on another thread while it is waited for on the way", [&] {
    const auto client = connect();
    for (int i = 0; i < 50; ++i) {
      auto result = std::make_unique<Future<int>>(handle_of(client).result());
      std::thread dropping{[&] { result.reset(); }};
      (void)handle_of(client).describe().get();
      dropping.join();
    }
  });
  expect_an_end("a stop races with answers", [&] {
    for (int i = 0; i < 50; ++i) {
      std::stop_source now;
      auto call = handle_of(client().with_rpc_options({.stop = now.get_token()})).describe();
      std::thread stopping{[&] { now.request_stop(); }};
      try {
        call.get();
      } catch (const RpcError& error) {
        EXPECT_EQ(error.status(), GrpcStatus::cancelled);
      }
      stopping.join();
    }
  });
  auto kept = temporal::start(default_executor(), keeps(connect(), name_));
  auto away = handle_of(connect()).result();
  proxy.go_away();
  expect_an_end("a wait for a server that is away", [&] { const Future<int> dropped{std::move(away)}; });
  proxy.come_back();
  box.terminate().get();
  expect_an_end("the last of a client goes on the thread that delivers", [&] { EXPECT_THROW(kept.get(), Error); });
}

}  // namespace
