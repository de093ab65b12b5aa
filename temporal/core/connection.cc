#include <temporal/core/connection.h>
#include <temporal/core/detail/boundary.h>

#include <algorithm>
#include <future>
#include <utility>

namespace temporal::core {
namespace {

struct Connecting {
  std::shared_ptr<Runtime> runtime;
  Connection::Connected done;
};

void on_connected(void* user, TemporalConnection* handle, std::int32_t code, const std::uint8_t* data,
                  std::size_t size) noexcept {
  const std::unique_ptr<Connecting> connecting{static_cast<Connecting*>(user)};
  if (code == TEMPORAL_OK) {
    connecting->done(std::make_shared<Connection>(connecting->runtime, handle), nullptr);
  } else {
    connecting->done(nullptr, std::make_shared<const Error>(detail::make_error(code, data, size)));
  }
}

}  // namespace

Cancellation::Cancellation() : handle_(temporal_cancellation_new()) {}

Cancellation::~Cancellation() { temporal_cancellation_free(handle_); }

void Cancellation::cancel(std::chrono::milliseconds at_least) const noexcept {
  temporal_cancellation_cancel(handle_, static_cast<std::uint64_t>(at_least.count()));
}

Connection::Connection(std::shared_ptr<Runtime> runtime, TemporalConnection* handle)
    : runtime_(std::move(runtime)), handle_(handle) {}

Connection::~Connection() { temporal_connection_free(handle_); }

void Connection::connect(std::shared_ptr<Runtime> runtime, const bridge::v1::ConnectOptions& options, Connected done) {
  const auto bytes = options.SerializeAsString();
  auto* handle = runtime->handle();
  auto connecting = std::make_unique<Connecting>(Connecting{std::move(runtime), std::move(done)});
  temporal_connect(handle, detail::bytes(bytes), bytes.size(), on_connected, connecting.release());
}

std::shared_ptr<Connection> Connection::connect(std::shared_ptr<Runtime> runtime,
                                                const bridge::v1::ConnectOptions& options) {
  const auto promise = std::make_shared<std::promise<std::shared_ptr<Connection>>>();
  auto answer = promise->get_future();
  connect(std::move(runtime), options,
          [promise](std::shared_ptr<Connection> connection, std::shared_ptr<const Error> error) {
            if (error) {
              promise->set_exception(std::make_exception_ptr(*error));
            } else {
              promise->set_value(std::move(connection));
            }
          });
  return answer.get();
}

void Connection::probe(std::chrono::milliseconds timeout) const {
  await([&](Callback done) {
    temporal_connection_probe(handle_, static_cast<std::uint64_t>(timeout.count()), detail::on_answer,
                              detail::keep(std::move(done)));
  });
}

void Connection::rpc(const bridge::v1::RpcCall& call, Callback done, const Cancellation* cancellation) const {
  const auto bytes = call.SerializeAsString();
  temporal_connection_rpc(handle_, detail::bytes(bytes), bytes.size(),
                          cancellation != nullptr ? cancellation->handle() : nullptr, detail::on_answer,
                          detail::keep(std::move(done)));
}

std::string Connection::rpc(const bridge::v1::RpcCall& call) const {
  return await([&](Callback done) { rpc(call, std::move(done)); });
}

void Connection::set_api_key(const std::string& key) const {
  detail::call_now([&](TemporalBytes* error) {
    return temporal_connection_set_api_key(handle_, detail::bytes(key), key.size(), error);
  });
}

void Connection::set_metadata(const std::map<std::string, std::string>& metadata) const {
  bridge::v1::Metadata message;
  message.mutable_entries()->insert(metadata.begin(), metadata.end());
  const auto bytes = message.SerializeAsString();
  detail::call_now([&](TemporalBytes* error) {
    return temporal_connection_set_metadata(handle_, detail::bytes(bytes), bytes.size(), error);
  });
}

void Connection::set_identity(const std::string& identity) const {
  detail::call_now([&](TemporalBytes* error) {
    return temporal_connection_set_identity(handle_, detail::bytes(identity), identity.size(), error);
  });
}

Connection::Pulse Connection::pulse() const {
  std::uint64_t answers = 0;
  std::uint64_t way = 0;
  detail::call_now([&](TemporalBytes* error) { return temporal_connection_pulse(handle_, &answers, &way, error); });
  return {.answers = answers, .way = std::chrono::milliseconds{way}};
}

void Connection::limit_polls(const PollLimit& limit) const {
  const auto count = [](std::chrono::steady_clock::duration duration) {
    return static_cast<std::uint64_t>(
        std::max<std::int64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(duration).count(), 0));
  };
  const auto now = std::chrono::steady_clock::now();
  detail::call_now([&](TemporalBytes* error) {
    return temporal_connection_limit_polls(handle_, count(limit.at - now), count(limit.after_a_task),
                                           count(limit.at_most - now), error);
  });
}

void Connection::hold_polls(Callback done) const {
  temporal_connection_hold_polls(handle_, detail::on_answer, detail::keep(std::move(done)));
}

bool Connection::task_came(const Result& held) { return held.bytes == std::string(1, '\1'); }

}  // namespace temporal::core
