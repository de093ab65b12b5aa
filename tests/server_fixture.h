#pragma once

#include <temporal/client/client.h>
#include <temporal/common/errors.h>
#include <temporal/testing/dev_server.h>
#include <temporal/testing/replayer.h>
#include <temporal/worker/worker.h>

#include <temporal/api/history/v1/message.pb.h>

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace temporal::tests {

/// One dev server for all tests of a program, and a client to it. Its namespace knows search attributes of every type,
/// and it finds a history of 40 events long. Its timers fire in time, and not within a second as usual.
class ServerTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    if (!server_) {
      server_ = std::make_unique<temporal::testing::DevServer>(temporal::testing::DevServerOptions{
          .arguments = {"--search-attribute=CustomerId=Keyword", "--search-attribute=Total=Double",
                        "--search-attribute=Paid=Bool", "--search-attribute=Due=Datetime",
                        "--search-attribute=Quantity=Int", "--search-attribute=Tags=KeywordList",
                        "--search-attribute=Remark=Text",
                        "--dynamic-config-value=limit.historyCount.suggestContinueAsNew=40",
                        "--dynamic-config-value=history.timerProcessorMaxTimeShift=\"1ms\""}});
    }
    if (!client_) client_ = std::make_unique<client::Client>(client::Client::connect({.address = server_->address()}));
  }
  static void TearDownTestSuite() {
    client_.reset();
    server_.reset();
  }

  static client::Client& client() { return *client_; }
  static std::string address() { return server_->address(); }

  /// What is wrong when the code of a worker replays what this run has done so far: "no error" if it does the same.
  template <class Handle>
  static std::string replay(const worker::WorkerOptions& options, const Handle& run) {
    const std::vector histories{run.fetch_history().get()};
    return describe(temporal::testing::Replayer{options}.replay_all(histories).front().failure);
  }

  /// What the workflow failed with, in words.
  template <class Handle>
  static std::string story_of_failure(const Handle& handle) {
    try {
      handle.result().get();
    } catch (const WorkflowFailedError& error) {
      return describe(error.cause());
    }
    return "no error";
  }
  static std::vector<api::history::v1::HistoryEvent> events_of(const client::WorkflowHistory& whole_or_page) {
    api::history::v1::History history;
    EXPECT_TRUE(history.ParseFromString(whole_or_page.bytes));
    return {history.events().begin(), history.events().end()};
  }
  /// All events of the run so far.
  template <class Handle>
  static std::vector<api::history::v1::HistoryEvent> history_of(const Handle& run) {
    return events_of(run.fetch_history().get());
  }
  /// Waits until the history of the run has an event that matches; gives the first one.
  template <class Handle, class Matches>
  static api::history::v1::HistoryEvent wait_for_event(const Handle& handle, const Matches& matches) {
    for (;; std::this_thread::sleep_for(std::chrono::milliseconds{10})) {
      const auto events = history_of(handle);
      if (const auto found = std::ranges::find_if(events, matches); found != events.end()) return *found;
    }
  }

  /// A task queue, or workflow id, that no other test uses.
  static std::string unique_name() {
    const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
    return std::string{test->name()} + "-" + std::to_string(++counter_);
  }

 private:
  static inline std::unique_ptr<temporal::testing::DevServer> server_;
  static inline std::unique_ptr<client::Client> client_;
  static inline int counter_ = 0;
};

/// A worker that runs as long as this object.
class RunningWorker {
 public:
  RunningWorker(client::Client client, worker::WorkerOptions options) : worker_(std::move(client), std::move(options)) {
    worker_.start();
  }
  worker::Worker* operator->() { return &worker_; }

 private:
  worker::Worker worker_;
};

}  // namespace temporal::tests
