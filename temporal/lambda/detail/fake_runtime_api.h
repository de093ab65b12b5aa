#pragma once

#include <deque>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

/// \file
/// For tests: an HTTP server on loopback that follows a script.

namespace temporal::lambda::detail {

/// Reads one request for each step and does what the step says. It keeps what it read.
class FakeRuntimeApi {
 public:
  struct Step {
    std::string reply = {};  ///< the raw bytes of the reply; empty: none
    bool close = false;      ///< close the connection afterwards
    bool hang = false;       ///< read the request and stay silent until the end
  };

  static std::string http(int status, const std::string& body = {}, const std::string& headers = {}) {
    return "HTTP/1.1 " + std::to_string(status) + " Status\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
           headers + "\r\n" + body;
  }
  static std::string event(const std::string& id, long long deadline_ms = 4'000'000'000'000,
                           const std::string& body = "{}") {
    return http(200, body,
                "Lambda-Runtime-Aws-Request-Id: " + id + "\r\nLambda-Runtime-Deadline-Ms: " +
                    std::to_string(deadline_ms) + "\r\nLambda-Runtime-Invoked-Function-Arn: arn:hello\r\n");
  }

  explicit FakeRuntimeApi(std::deque<Step> script) : script_(std::move(script)) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(listener_, 8) != 0 ||
        ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
      throw std::runtime_error("cannot listen on loopback");
    }
    port_ = ntohs(address.sin_port);
    thread_ = std::jthread{[this] { serve(); }};
  }
  FakeRuntimeApi(const FakeRuntimeApi&) = delete;
  FakeRuntimeApi& operator=(const FakeRuntimeApi&) = delete;
  ~FakeRuntimeApi() {
    {
      const std::lock_guard lock{mutex_};
      ::shutdown(listener_, SHUT_RDWR);
      if (connection_ >= 0) ::shutdown(connection_, SHUT_RDWR);
    }
    thread_.join();
    ::close(listener_);
  }

  [[nodiscard]] std::string host() const { return "127.0.0.1:" + std::to_string(port_); }
  [[nodiscard]] std::vector<std::string> requests() const {
    const std::lock_guard lock{mutex_};
    return requests_;
  }
  [[nodiscard]] int connections() const {
    const std::lock_guard lock{mutex_};
    return connections_;
  }

 private:
  void serve() {
    while (!script_.empty()) {
      const int connection = ::accept(listener_, nullptr, nullptr);
      if (connection < 0) return;
      {
        const std::lock_guard lock{mutex_};
        connection_ = connection;
        ++connections_;
        const int on = 1;
        ::setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      }
      while (!script_.empty() && serve_one(connection)) {
      }
      const std::lock_guard lock{mutex_};
      connection_ = -1;
      ::close(connection);
    }
  }

  bool serve_one(int connection) {
    auto request = read_request(connection);
    if (request.empty()) return false;
    const auto step = script_.front();
    script_.pop_front();
    {
      const std::lock_guard lock{mutex_};
      requests_.push_back(std::move(request));
    }
    if (step.hang) {
      char byte = 0;
      [[maybe_unused]] const auto read = ::recv(connection, &byte, 1, 0);
      return false;
    }
    for (const char byte : step.reply) {  // one byte at a time: a reader must cope with any split
      if (::send(connection, &byte, 1, MSG_NOSIGNAL) != 1) return false;
    }
    return !step.close;
  }

  static std::string read_request(int connection) {
    std::string request;
    std::size_t wanted = std::string::npos;
    while (request.size() < wanted) {
      char byte = 0;
      if (::recv(connection, &byte, 1, 0) != 1) return {};
      request += byte;
      if (wanted == std::string::npos && request.ends_with("\r\n\r\n")) {
        const auto length = request.find("Content-Length: ");
        wanted = request.size() + (length == std::string::npos ? 0 : std::stoul(request.substr(length + 16)));
      }
    }
    return request;
  }

  std::deque<Step> script_;
  int listener_ = -1;
  int port_ = 0;
  mutable std::mutex mutex_;
  int connection_ = -1;
  int connections_ = 0;
  std::vector<std::string> requests_;
  std::jthread thread_;
};

}  // namespace temporal::lambda::detail
