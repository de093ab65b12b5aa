#include <temporal/lambda/detail/connection_cache.h>

#include <temporal/common/client_errors.h>
#include <temporal/lambda/detail/prepare.h>
#include <temporal/lambda/error.h>

#include <algorithm>
#include <utility>

namespace temporal::lambda::detail {
namespace {

using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;

constexpr Duration longest_probe = 1s;
constexpr Duration least_timeout = 50ms;
/// A connection that init opened is used without a probe when the first event follows this soon: it cannot have been
/// frozen for long.
constexpr Duration stays_fresh = 1s;
/// How long init waits for the connection. A server that is well answers by then, from another continent too.
constexpr Duration longest_init_wait = 1s;

bool refuses_credentials(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const RpcError& rpc) {
    return rpc.status() == GrpcStatus::unauthenticated || rpc.status() == GrpcStatus::permission_denied;
  } catch (...) {
    return false;
  }
}

/// What a connection is kept for. It belongs to the environment, and its only user is the worker, which makes no call
/// that an interceptor sees. Interceptors belong to the invocation whose callback made them: they are not kept, and new
/// ones are no reason for a new connection.
client::ConnectOptions of_connection(client::ConnectOptions options) {
  options.interceptors.clear();
  return options;
}

[[noreturn]] void throw_cannot_connect(const client::ConnectOptions& options, const std::exception_ptr& error) {
  throw LambdaError(refuses_credentials(error) ? ErrorType::worker : ErrorType::connection,
                    "cannot connect to the Temporal server at " + options.address + ": " + to_failure(error).message);
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

std::shared_ptr<Connection> ConnectionCache::obtain(const client::ConnectOptions& chosen, Duration limit,
                                                    const Logger& log) {
  const auto options = of_connection(chosen);
  const auto begin = world_.clock->now();
  const auto timeout = std::min(options.connect_timeout, limit);
  try {
    if (join_early(options, timeout)) return connection_;
    if (connection_ && options == options_ && is_alive(std::min(longest_probe, timeout / 2), log)) {
      fresh_since_.reset();
      return connection_;
    }
    connection_.reset();
    auto bounded = options;
    const Duration spent = world_.clock->now() - begin;
    bounded.connect_timeout = std::max(timeout - spent, least_timeout);
    connection_ = world_.connect(bounded);
  } catch (...) {
    throw_cannot_connect(options, std::current_exception());
  }
  options_ = options;
  return connection_;
}

bool ConnectionCache::join_early(const client::ConnectOptions& options, Duration limit) {
  auto early = std::exchange(early_, std::nullopt);
  if (!early || early->options != options) return false;
  // One that is older than its timeout was frozen, and one that has failed is tried again.
  const bool stale = world_.clock->wall_now() - early->begin > options.connect_timeout;
  if (stale || early->run.has_failed()) return false;
  if (!early->run.wait(*world_.clock, world_.clock->now() + limit)) throw ConnectionError("no answer");
  connection_ = *early->made;
  options_ = options;
  return true;
}

void ConnectionCache::open_early(const client::ConnectOptions& chosen, const Logger& log) {
  const auto options = of_connection(chosen);
  auto made = std::make_shared<std::shared_ptr<Connection>>();
  const auto until = world_.clock->now() + longest_init_wait;
  early_.emplace(Attempt{options, world_.clock->wall_now(), made,
                         BoundedRun{[connect = world_.connect, options, made] { *made = connect(options); }}});
  try {
    if (!early_->run.wait(*world_.clock, until)) return;
    connection_ = *made;
    options_ = options;
    fresh_since_ = world_.clock->wall_now();
  } catch (...) {
    log.debug("not connected yet", {{"error", to_failure(std::current_exception()).message}});
  }
  early_.reset();
}

}  // namespace temporal::lambda::detail
