#include <tools/temporal-lambda/local/http_server.h>

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>

#include <optional>
#include <utility>

namespace temporal::local_lambda {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using asio::ip::tcp;

namespace {

constexpr std::uint64_t body_limit = 32 << 20;  // those of Lambda are lower, and what is over them has an answer

}  // namespace

struct HttpServer::Shared {
  tcp::acceptor acceptor;
  Handler handler;
  Limits limits;
  std::size_t connections = 0;
  bool closed = false;
};

class HttpServer::Session : public std::enable_shared_from_this<Session> {
 public:
  Session(tcp::socket socket, std::shared_ptr<Shared> server) : stream_(std::move(socket)), server_(std::move(server)) {
    ++server_->connections;
  }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  ~Session() { --server_->connections; }

  void read() {
    parser_.emplace();
    parser_->body_limit(body_limit);
    stream_.expires_after(server_->limits.silence);
    http::async_read(stream_, buffer_, *parser_, [self = shared_from_this()](beast::error_code error, std::size_t) {
      if (error == http::error::body_limit)
        return self->write(make_response(413, R"({"message":"payload too large"})"), false);
      if (!error) self->handle();
    });
  }

 private:
  void handle() {
    const auto request = parser_->release();
    stream_.expires_never();  // the answer takes as long as the function does
    if (server_->closed) return;
    auto answered = std::make_shared<bool>(false);
    server_->handler(request,
                     [self = shared_from_this(), answered, keep = request.keep_alive()](HttpResponse response) {
                       if (std::exchange(*answered, true)) return;
                       self->write(std::move(response), keep);
                     });
  }

  void write(HttpResponse response, bool keep_alive) {
    response.keep_alive(keep_alive);
    response.prepare_payload();
    response_ = std::move(response);
    stream_.expires_after(server_->limits.silence);
    http::async_write(stream_, response_,
                      [self = shared_from_this(), keep_alive](beast::error_code error, std::size_t) {
                        if (!error && keep_alive) self->read();
                      });
  }

  beast::tcp_stream stream_;
  std::shared_ptr<Shared> server_;
  beast::flat_buffer buffer_;
  std::optional<http::request_parser<http::string_body>> parser_;
  HttpResponse response_;
};

HttpServer::HttpServer(asio::io_context& io, int port, Handler handler, Limits limits)
    : shared_(std::make_shared<Shared>(
          Shared{tcp::acceptor{io, tcp::endpoint{asio::ip::address_v4::loopback(), static_cast<unsigned short>(port)}},
                 std::move(handler), limits})) {
  accept();
}

HttpServer::~HttpServer() {
  shared_->closed = true;
  beast::error_code ignored;
  shared_->acceptor.close(ignored);
  shared_->handler = nullptr;
}

int HttpServer::port() const { return shared_->acceptor.local_endpoint().port(); }

void HttpServer::accept() {
  shared_->acceptor.async_accept([this, shared = shared_](beast::error_code error, tcp::socket socket) {
    if (shared->closed || error == asio::error::operation_aborted) return;
    if (!error && shared->connections < shared->limits.connections) {
      std::make_shared<Session>(std::move(socket), shared)->read();
    }
    accept();
  });
}

HttpResponse make_response(int status, std::string body) {
  HttpResponse response{static_cast<http::status>(status), 11};
  if (!body.empty()) response.set(http::field::content_type, "application/json");
  response.body() = std::move(body);
  return response;
}

}  // namespace temporal::local_lambda
