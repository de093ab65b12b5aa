#pragma once

#include <tools/temporal-lambda/local/config.h>
#include <tools/temporal-lambda/local/function.h>
#include <tools/temporal-lambda/local/http_server.h>
#include <tools/temporal-lambda/local/lambda_api.h>
#include <tools/temporal-lambda/local/log.h>

#include <boost/asio/io_context.hpp>

#include <cstddef>

namespace temporal::local_lambda {

/// The local Lambda: the Lambda API on one side, execution environments on the other, one thread for all of it.
class LocalLambda {
 public:
  /// Lays out all code and listens. @throws std::invalid_argument, std::runtime_error, boost::system::system_error
  LocalLambda(boost::asio::io_context& io, LocalOptions options, Audience audience = {});

  [[nodiscard]] int port() const { return api_.port(); }
  /// Ends every environment; the io_context runs out of work when they are gone.
  void stop();

 private:
  const LocalOptions options_;
  Log log_;
  LambdaApi::Functions functions_;
  LambdaApi routes_;
  HttpServer api_;
  boost::asio::io_context& io_;
  std::size_t running_ = 0;
};

}  // namespace temporal::local_lambda
