#include <temporal/codec/detail/coded.h>

#include <temporal/codec/detail/taken_payloads.h>
#include <temporal/common/errors.h>
#include <temporal/common/start.h>
#include <temporal/converter/proto_payload.h>

#include <chrono>
#include <exception>
#include <stop_token>
#include <utility>

namespace temporal::codec::detail {
namespace {

constexpr std::size_t threads = 4;

[[noreturn]] void refuse(Direction direction, const std::string& how) {
  if (direction == Direction::encode) throw EncodeError("the payload codec failed to encode: " + how);
  throw DecodeError("the payload codec failed to decode: " + how);
}

Task<std::vector<Payload>> run(PayloadCodec& codec, const SerializationContext& context, Direction direction,
                               std::vector<Payload> payloads) {
  std::exception_ptr failure;
  try {
    co_return co_await (direction == Direction::encode ? codec.encode(context, std::move(payloads))
                                                       : codec.decode(context, std::move(payloads)));
  } catch (...) {
    failure = std::current_exception();
  }
  refuse(direction, describe(failure));
}

}  // namespace

Executor& codec_executor() {
  // Never destroyed: a codec may still run when the process ends.
  static auto& executor = *new ThreadPool{threads};
  return executor;
}

Task<std::string> coded(DataConverter converter, SerializationContext context, Direction direction, std::string kind,
                        std::string message) {
  if (!converter.codec) co_return message;
  const auto payloads = converter.codec->take(kind, message, converter.headers == HeaderCodec::codec);
  if (!payloads) co_return message;
  api::common::v1::Payloads taken;
  if (!taken.ParseFromString(payloads->taken())) throw DecodeError("a message's payloads do not decode");
  const auto count = static_cast<std::size_t>(taken.payloads_size());
  auto given = co_await run(*converter.codec, context, direction, converter::to_payloads(taken));
  if (given.size() != count) {
    refuse(direction, "it gave " + std::to_string(given.size()) + " payloads for " + std::to_string(count));
  }
  api::common::v1::Payloads put;
  converter::set_payloads(put, std::move(given));
  co_return payloads->put(put.SerializeAsString());
}

std::string coded_now(const DataConverter& converter, const SerializationContext& context, Direction direction,
                      std::string_view kind, std::string message) {
  if (!converter.codec) return message;
  std::stop_source given_up;
  auto future = start(codec_executor(), coded(converter, context, direction, std::string{kind}, std::move(message)),
                      given_up.get_token());
  if (!future.wait_for(converter.codec_timeout)) {
    given_up.request_stop();
    const auto limit = std::chrono::duration_cast<std::chrono::milliseconds>(converter.codec_timeout);
    refuse(direction, "it did not end within " + std::to_string(limit.count()) + " ms");
  }
  return future.get();
}

}  // namespace temporal::codec::detail
