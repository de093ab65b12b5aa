#include "connect_proxy.h"

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <mutex>
#include <thread>
#include <utility>

#include <sys/socket.h>

namespace temporal::tests {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

void copy(tcp::socket& from, tcp::socket& to) {
  std::array<char, 16384> buffer{};
  boost::system::error_code error;
  while (!error) {
    const auto size = from.read_some(asio::buffer(buffer), error);
    if (!error) asio::write(to, asio::buffer(buffer.data(), size), error);
  }
  (void)to.shutdown(tcp::socket::shutdown_both, error);
}

}  // namespace

/// A thread that takes connections, and two for each of them.
class ConnectProxy::State {
 public:
  explicit State(int status) : status_(status), accepting_([this] { accept(); }) {}
  ~State() {
    ::shutdown(acceptor_.native_handle(), SHUT_RDWR);
    accepting_.join();
    boost::system::error_code ignored;
    for (const auto& socket : sockets_) (void)socket->shutdown(tcp::socket::shutdown_both, ignored);
    for (auto& thread : threads_) thread.join();
  }

  [[nodiscard]] int port() const { return port_; }
  [[nodiscard]] std::vector<std::string> requests() const {
    const std::scoped_lock lock{mutex_};
    return requests_;
  }

 private:
  using Socket = std::shared_ptr<tcp::socket>;

  void accept() {
    for (;;) {
      const auto client = std::make_shared<tcp::socket>(io_);
      boost::system::error_code error;
      acceptor_.accept(*client, error);
      if (error) return;
      serve(client, error);
    }
  }

  void serve(const Socket& client, boost::system::error_code& error) {
    std::string head;
    asio::read_until(*client, asio::dynamic_buffer(head), "\r\n\r\n", error);
    {
      const std::scoped_lock lock{mutex_};
      requests_.push_back(head);
    }
    asio::write(*client, asio::buffer("HTTP/1.1 " + std::to_string(status_) + " As told\r\n\r\n"), error);
    if (status_ != 200 || error) return;
    // "CONNECT host:port HTTP/1.1"
    const auto target = head.substr(0, head.find(" HTTP/"));
    const auto port = static_cast<unsigned short>(std::stoi(target.substr(target.rfind(':') + 1)));
    const auto server = std::make_shared<tcp::socket>(io_);
    server->connect({asio::ip::address_v4::loopback(), port}, error);
    for (const auto& [from, to] : {std::pair{client, server}, std::pair{server, client}}) {
      sockets_.push_back(from);
      threads_.emplace_back([from = from, to = to] { copy(*from, *to); });
    }
  }

  int status_;
  asio::io_context io_;
  tcp::acceptor acceptor_{io_, {asio::ip::address_v4::loopback(), 0}};
  int port_ = acceptor_.local_endpoint().port();
  mutable std::mutex mutex_;
  std::vector<std::string> requests_;
  std::vector<Socket> sockets_;  ///< of the accepting thread, until that has ended; so are the threads
  std::vector<std::thread> threads_;
  std::thread accepting_;
};

ConnectProxy::ConnectProxy(int status) : state_(std::make_unique<State>(status)) {}
ConnectProxy::~ConnectProxy() = default;

std::string ConnectProxy::address() const { return "127.0.0.1:" + std::to_string(state_->port()); }
std::vector<std::string> ConnectProxy::requests() const { return state_->requests(); }

}  // namespace temporal::tests
