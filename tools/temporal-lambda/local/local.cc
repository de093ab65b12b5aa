#include <tools/temporal-lambda/local/local.h>

#include <utility>

namespace temporal::local_lambda {
namespace {

LocalOptions validated(LocalOptions options) {
  validate(options);
  return options;
}

}  // namespace

LocalLambda::LocalLambda(boost::asio::io_context& io, LocalOptions options, Audience audience)
    : options_(validated(std::move(options))),
      log_(options_.event_log, std::move(audience)),
      routes_(options_, functions_),
      api_(
          io, options_.port,
          [this](const HttpRequest& request, Reply reply) { routes_.handle(request, std::move(reply)); },
          options_.api_limits),
      io_(io) {
  remove_leftovers();
  for (const auto& function : options_.functions) {
    functions_.emplace(std::pair{function.name, function.version},
                       std::make_unique<Function>(io, options_, function, log_));
  }
  log_.write("listening", {{"port", port()}});
}

void LocalLambda::stop() {
  if (running_ != 0) return;
  running_ = functions_.size();
  for (const auto& [name, function] : functions_) {
    function->stop([this] {
      if (--running_ == 0) io_.stop();
    });
  }
}

}  // namespace temporal::local_lambda
