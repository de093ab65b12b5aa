#pragma once

#include <temporal/client/client.h>
#include <temporal/testing/dev_server.h>
#include <temporal/worker/worker.h>

#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <memory>
#include <string>
#include <utility>

namespace temporal::tests {

/// One dev server for all tests of a program, and a client to it. Its namespace knows the search attributes CustomerId
/// and Total.
class ServerTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    if (!server_) {
      server_ = std::make_unique<temporal::testing::DevServer>(temporal::testing::DevServerOptions{
          .arguments = {"--search-attribute", "CustomerId=Keyword", "--search-attribute", "Total=Double"}});
    }
    if (!client_) client_ = std::make_unique<client::Client>(client::Client::connect({.address = server_->address()}));
  }
  static void TearDownTestSuite() {
    client_.reset();
    server_.reset();
  }

  static client::Client& client() { return *client_; }
  static std::string address() { return server_->address(); }

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
