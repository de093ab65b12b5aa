#include <temporal/core/detail/boundary.h>

#include <temporal_bridge.pb.h>

#include <future>
#include <memory>
#include <utility>

namespace temporal::core {
namespace detail {

Error make_error(std::int32_t code, const std::uint8_t* data, std::size_t size) {
  bridge::v1::Error message;
  if (!message.ParseFromArray(data, static_cast<int>(size))) {
    message.set_message("the bridge sent an error that does not decode");
  }
  return {static_cast<ErrorKind>(code), message.message(), message.grpc_status(), message.grpc_details()};
}

std::string call_now(const std::function<std::int32_t(TemporalBytes*)>& call) {
  struct Owned {
    TemporalBytes bytes{};
    Owned() = default;
    Owned(const Owned&) = delete;
    Owned& operator=(const Owned&) = delete;
    ~Owned() { temporal_bytes_free(bytes); }
  } answer;
  const auto code = call(&answer.bytes);
  if (code != TEMPORAL_OK) throw make_error(code, answer.bytes.data, answer.bytes.size);
  return {reinterpret_cast<const char*>(answer.bytes.data), answer.bytes.size};
}

void* keep(Callback done) { return std::make_unique<Callback>(std::move(done)).release(); }

void on_answer(void* user, std::int32_t code, const std::uint8_t* data, std::size_t size) noexcept {
  const std::unique_ptr<Callback> done{static_cast<Callback*>(user)};
  if (code == TEMPORAL_OK) {
    (*done)({.bytes = {reinterpret_cast<const char*>(data), size}});
  } else {
    (*done)({.error = std::make_shared<const Error>(make_error(code, data, size))});
  }
}

}  // namespace detail

std::string await(const std::function<void(Callback)>& start) {
  // Shared: the callback may still be leaving set_value when get() returns here.
  const auto promise = std::make_shared<std::promise<Result>>();
  auto answer = promise->get_future();
  start([promise](Result result) { promise->set_value(std::move(result)); });
  auto result = answer.get();
  if (result.error) throw Error{*result.error};
  return std::move(result.bytes);
}

}  // namespace temporal::core
