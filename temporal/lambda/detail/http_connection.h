#pragma once

#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

/// \file
/// One plain HTTP/1.1 connection: write a request, read the reply. Sockets and Beast's parser, without an event loop.

namespace temporal::lambda::detail {

struct HttpReply {
  unsigned status = 0;
  std::map<std::string, std::string, std::less<>> headers = {};  ///< names in lower case
  std::string body = {};
  bool keep_alive = true;
};

class HttpConnection {
 public:
  /// @param host "name:port". @throws std::system_error or std::runtime_error when it cannot be reached.
  explicit HttpConnection(const std::string& host);
  HttpConnection(const HttpConnection&) = delete;
  HttpConnection& operator=(const HttpConnection&) = delete;
  ~HttpConnection();

  /// Sends a whole request and waits for its reply. Nothing when a stop was requested first; the connection is then of
  /// no more use. @throws std::exception when the connection broke or the reply is not HTTP.
  std::optional<HttpReply> exchange(std::string_view request, const std::stop_token& stop);

 private:
  void send(std::string_view bytes) const;
  /// False: stopped.
  bool wait_readable(int wake) const;

  int socket_ = -1;
};

}  // namespace temporal::lambda::detail
