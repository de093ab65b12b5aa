#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>

#include <functional>
#include <memory>

namespace temporal::local_lambda {

using HttpRequest = boost::beast::http::request<boost::beast::http::string_body>;
using HttpResponse = boost::beast::http::response<boost::beast::http::string_body>;

/// Answers one request, now or later; the first answer counts. Dropped without one, it closes the connection.
using Reply = std::function<void(HttpResponse)>;

/// A small HTTP/1.1 server on the loopback interface. It belongs to the thread of its io_context.
class HttpServer {
 public:
  using Handler = std::function<void(const HttpRequest&, Reply)>;

  /// Of who sends nothing, and of how many may be there at a time; who comes then is turned away.
  struct Limits {
    std::chrono::seconds silence = std::chrono::hours{24};
    std::size_t connections = 1000;
  };

  /// Listens at once; port zero is any free one. @throws boost::system::system_error
  HttpServer(boost::asio::io_context& io, int port, Handler handler, Limits limits);
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;
  ~HttpServer();

  [[nodiscard]] int port() const;

 private:
  class Session;
  struct Shared;
  void accept();

  std::shared_ptr<Shared> shared_;
};

/// A response with a status and a body; JSON when there is one.
[[nodiscard]] HttpResponse make_response(int status, std::string body = {});

}  // namespace temporal::local_lambda
