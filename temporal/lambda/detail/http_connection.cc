// Beast 1.74 asserts that the end of a chunked body comes in pieces of five bytes or more. Without the assertion, as in
// a release build, it reads all of them right.
#define BOOST_DISABLE_ASSERTS
#include <temporal/lambda/detail/http_connection.h>

#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <array>
#include <cctype>
#include <cerrno>
#include <memory>
#include <stdexcept>
#include <system_error>

#include <netdb.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

namespace temporal::lambda::detail {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;

[[noreturn]] void throw_errno(const char* what) { throw std::system_error(errno, std::generic_category(), what); }

/// An event that a stop request raises, to be waited for together with a socket.
class Wake {
 public:
  Wake() : fd_(::eventfd(0, EFD_CLOEXEC)) {
    if (fd_ < 0) throw_errno("eventfd");
  }
  Wake(const Wake&) = delete;
  Wake& operator=(const Wake&) = delete;
  ~Wake() { ::close(fd_); }

  void raise() const noexcept {
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto written = ::write(fd_, &one, sizeof one);
  }
  [[nodiscard]] int fd() const noexcept { return fd_; }

 private:
  int fd_;
};

std::string lower(std::string_view text) {
  std::string result{text};
  for (char& c : result) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return result;
}

}  // namespace

HttpConnection::HttpConnection(const std::string& host) {
  const auto colon = host.rfind(':');
  const auto name = host.substr(0, colon);
  const auto port = colon == std::string::npos ? std::string{"80"} : host.substr(colon + 1);
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV;
  addrinfo* found = nullptr;
  if (const int error = ::getaddrinfo(name.c_str(), port.c_str(), &hints, &found); error != 0) {
    throw std::runtime_error(::gai_strerror(error));
  }
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> addresses{found, ::freeaddrinfo};
  int error = ECONNREFUSED;
  for (const addrinfo* address = addresses.get(); address != nullptr; address = address->ai_next) {
    const int candidate = ::socket(address->ai_family, address->ai_socktype | SOCK_CLOEXEC, address->ai_protocol);
    if (candidate < 0) continue;
    if (::connect(candidate, address->ai_addr, address->ai_addrlen) == 0) {
      const int on = 1;
      ::setsockopt(candidate, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      socket_ = candidate;
      return;
    }
    error = errno;
    ::close(candidate);
  }
  throw std::system_error(error, std::generic_category(), "connect");
}

HttpConnection::~HttpConnection() {
  if (socket_ >= 0) ::close(socket_);
}

void HttpConnection::send(std::string_view bytes) const {
  while (!bytes.empty()) {
    const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0) throw_errno("send");
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

bool HttpConnection::wait_readable(int wake) const {
  std::array<pollfd, 2> waiting{{{socket_, POLLIN, 0}, {wake, POLLIN, 0}}};
  while (::poll(waiting.data(), waiting.size(), -1) < 0) {
    if (errno != EINTR) throw_errno("poll");
  }
  return waiting[1].revents == 0 || waiting[0].revents != 0;  // an event that is there already is not left behind
}

std::optional<HttpReply> HttpConnection::exchange(std::string_view request, const std::stop_token& stop) {
  if (stop.stop_requested()) return std::nullopt;
  const Wake wake;
  const std::stop_callback raise_on_stop{stop, [&wake] { wake.raise(); }};
  send(request);

  http::response_parser<http::string_body> parser;
  parser.eager(true);
  parser.body_limit(std::uint64_t{16} << 20);  // Lambda's events end at 6 MB
  std::string pending;
  std::array<char, 8192> chunk{};
  while (!parser.is_done()) {
    if (pending.empty() && !parser.got_some() && !wait_readable(wake.fd())) return std::nullopt;
    const auto received = ::recv(socket_, chunk.data(), chunk.size(), 0);
    if (received < 0 && errno == EINTR) continue;
    if (received < 0) throw_errno("receive");
    boost::system::error_code error;
    if (received == 0) {
      if (!parser.got_some()) throw std::runtime_error("the connection was closed before a reply");
      parser.put_eof(error);
      if (error) throw std::runtime_error("the connection was closed in the middle of a reply");
      break;
    }
    pending.append(chunk.data(), static_cast<std::size_t>(received));
    pending.erase(0, parser.put(asio::buffer(pending), error));
    if (error && error != http::error::need_more)
      throw std::runtime_error("a reply that is not HTTP: " + error.message());
  }

  HttpReply reply{.status = parser.get().result_int(), .keep_alive = parser.get().keep_alive()};
  for (const auto& field : parser.get()) {
    reply.headers[lower({field.name_string().data(), field.name_string().size()})] =
        std::string{field.value().data(), field.value().size()};
  }
  reply.body = std::move(parser.get().body());
  return reply;
}

}  // namespace temporal::lambda::detail
