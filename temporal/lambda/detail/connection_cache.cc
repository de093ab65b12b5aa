#include <temporal/lambda/detail/connection_cache.h>

#include <temporal/common/client_errors.h>
#include <temporal/lambda/detail/prepare.h>
#include <temporal/lambda/error.h>

#include <algorithm>

namespace temporal::lambda::detail {
namespace {

using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;

constexpr Duration longest_probe = 1s;
constexpr Duration least_timeout = 50ms;
/// A connection that init opened is used without a probe when the first event follows this soon: it cannot have been
/// frozen for long.
constexpr Duration stays_fresh = 1s;

bool refuses_credentials(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const RpcError& rpc) {
    return rpc.status() == GrpcStatus::unauthenticated || rpc.status() == GrpcStatus::permission_denied;
  } catch (...) {
    return false;
  }
}

}  // namespace

bool ConnectionCache::is_alive(Duration timeout, const Logger& log) {
  // The wall clock: the steady one may stand still while the environment is frozen.
  if (fresh_since_ && world_.clock->wall_now() - *fresh_since_ < stays_fresh) return true;
  try {
    connection_->probe(timeout);
    return true;
  } catch (...) {
    log.info("the connection is no longer alive, opening a new one",
             {{"error", to_failure(std::current_exception()).message}});
    return false;
  }
}

std::shared_ptr<Connection> ConnectionCache::obtain(const client::ConnectOptions& options, Duration limit,
                                                    const Logger& log) {
  const auto begin = world_.clock->now();
  const auto timeout = std::min(options.connect_timeout, limit);
  if (connection_ && options == options_ && is_alive(std::min(longest_probe, timeout / 2), log)) {
    fresh_since_.reset();
    return connection_;
  }
  connection_.reset();
  auto bounded = options;
  const Duration spent = world_.clock->now() - begin;
  bounded.connect_timeout = std::max(timeout - spent, least_timeout);
  try {
    connection_ = world_.connect(bounded);
  } catch (...) {
    const auto error = std::current_exception();
    throw LambdaError(refuses_credentials(error) ? ErrorType::worker : ErrorType::connection,
                      "cannot connect to the Temporal server at " + options.address + ": " + to_failure(error).message);
  }
  options_ = options;
  return connection_;
}

void ConnectionCache::open_early(const client::ConnectOptions& options, const Logger& log) {
  obtain(options, options.connect_timeout, log);
  fresh_since_ = world_.clock->wall_now();
}

}  // namespace temporal::lambda::detail
