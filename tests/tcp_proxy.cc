#include "tcp_proxy.h"

#include <boost/asio/connect.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <deque>
#include <random>
#include <semaphore>
#include <string>
#include <thread>
#include <vector>

namespace temporal::tests {

namespace asio = boost::asio;
using asio::ip::tcp;
using namespace std::chrono_literals;

namespace {

class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(tcp::socket client, tcp::socket server, TcpProxy::Way way)
      : client_(std::move(client)), server_(std::move(server)), way_(way) {}

  void start() {
    pump(client_, server_);
    pump(server_, client_);
  }
  void drop() { dropping_ = true; }
  void reset() {
    for (auto* side : {&client_, &server_}) {
      boost::system::error_code ignored;
      side->timer.cancel();
      (void)side->socket.set_option(asio::socket_base::linger{true, 0}, ignored);
      (void)side->socket.close(ignored);
    }
  }

 private:
  using Clock = std::chrono::steady_clock;

  struct Piece {
    Clock::time_point due;
    std::string data;
  };
  struct Side {
    explicit Side(tcp::socket connected) : socket(std::move(connected)), timer(socket.get_executor()) {}

    tcp::socket socket;
    std::array<char, 16384> buffer = {};
    std::deque<Piece> on_the_way;  ///< to this side
    asio::steady_timer timer;
  };

  void pump(Side& from, Side& to) {
    from.socket.async_read_some(
        asio::buffer(from.buffer), [self = shared_from_this(), &from, &to](auto error, std::size_t size) {
          if (error) return self->end();
          if (!self->dropping_) {
            to.on_the_way.push_back({Clock::now() + self->time_of_a_piece(), {from.buffer.data(), size}});
            if (to.on_the_way.size() == 1) self->deliver(to);
          }
          self->pump(from, to);
        });
  }

  [[nodiscard]] std::chrono::milliseconds time_of_a_piece() {
    return way_.delay + (std::bernoulli_distribution{way_.stalls}(random_) ? way_.stall : 0ms);
  }

  /// The first piece, when it is due, and then the next one.
  void deliver(Side& to) {
    to.timer.expires_at(to.on_the_way.front().due);
    to.timer.async_wait([self = shared_from_this(), &to](auto error) {
      if (error) return;
      asio::async_write(to.socket, asio::buffer(to.on_the_way.front().data), [self, &to](auto failed, std::size_t) {
        if (failed) return self->end();
        to.on_the_way.pop_front();
        if (!to.on_the_way.empty()) self->deliver(to);
      });
    });
  }
  void end() {
    boost::system::error_code ignored;
    if (dropping_) return;  // the other side is not told
    for (auto* side : {&client_, &server_}) {
      side->timer.cancel();
      (void)side->socket.close(ignored);
    }
  }

  Side client_;
  Side server_;
  const TcpProxy::Way way_;
  std::minstd_rand random_;  // NOLINT(cert-msc51-cpp): the same each time
  bool dropping_ = false;
};

}  // namespace

class TcpProxy::State {
 public:
  State(const std::string& target, Way way) : target_port_(std::stoi(target.substr(target.rfind(':') + 1))), way_(way) {
    accept();
    thread_ = std::thread{[this] { io_.run(); }};
  }
  ~State() {
    io_.stop();
    thread_.join();
  }

  [[nodiscard]] int port() const { return address_.port(); }
  [[nodiscard]] int connections() const { return connections_; }

  void for_each_session(void (Session::*action)()) {
    run([this, action] {
      for (const auto& weak : sessions_) {
        if (const auto session = weak.lock()) ((*session).*action)();
      }
    });
  }
  void stop_listening() {
    run([this] { acceptor_.close(); });
  }
  void listen_again() {
    run([this] {
      acceptor_ = tcp::acceptor{io_, address_};
      accept();
    });
  }

 private:
  /// On the thread of the proxy; returns when it has been done.
  template <class Action>
  void run(Action action) {
    asio::post(io_, [this, action] {
      action();
      done_.release();
    });
    done_.acquire();
  }
  void accept() {
    acceptor_.async_accept([this](auto error, tcp::socket client) {
      if (error) return;
      ++connections_;
      tcp::socket server{io_};
      server.connect({asio::ip::address_v4::loopback(), static_cast<unsigned short>(target_port_)}, error);
      if (!error) {
        const auto session = std::make_shared<Session>(std::move(client), std::move(server), way_);
        sessions_.push_back(session);
        session->start();
      }
      accept();
    });
  }

  int target_port_;
  Way way_;
  asio::io_context io_;
  asio::executor_work_guard<asio::io_context::executor_type> open_ = asio::make_work_guard(io_);
  tcp::acceptor acceptor_{io_, {asio::ip::address_v4::loopback(), 0}};
  tcp::endpoint address_ = acceptor_.local_endpoint();
  std::vector<std::weak_ptr<Session>> sessions_;
  std::atomic<int> connections_ = 0;
  std::binary_semaphore done_{0};
  std::thread thread_;
};

TcpProxy::TcpProxy(const std::string& target, Way way) : state_(std::make_shared<State>(target, way)) {}
TcpProxy::~TcpProxy() = default;

std::string TcpProxy::address() const { return "127.0.0.1:" + std::to_string(state_->port()); }
int TcpProxy::connections() const { return state_->connections(); }
void TcpProxy::drop() { state_->for_each_session(&Session::drop); }
void TcpProxy::reset() { state_->for_each_session(&Session::reset); }
void TcpProxy::go_away() {
  state_->stop_listening();
  reset();
}
void TcpProxy::come_back() { state_->listen_again(); }

}  // namespace temporal::tests
