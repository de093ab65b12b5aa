#include <temporal/codec/zlib_codec.h>

#include <temporal/codec/detail/enclosed.h>
#include <temporal/common/errors.h>
#include <temporal/core/error.h>
#include <temporal/core/payloads.h>

#include <string>
#include <utility>

namespace temporal::codec {
namespace {

constexpr const char* encoding = "binary/zlib";

}  // namespace

Task<std::vector<Payload>> ZlibCodec::encode(const SerializationContext& /*context*/, std::vector<Payload> payloads) {
  for (auto& payload : payloads) {
    const auto whole = detail::enclosed(payload);
    auto compressed = core::compress(whole);
    if (compressed.size() >= whole.size()) continue;
    payload = {.metadata = {{"encoding", encoding}}, .data = std::move(compressed)};
  }
  co_return payloads;
}

Task<std::vector<Payload>> ZlibCodec::decode(const SerializationContext& /*context*/, std::vector<Payload> payloads) {
  for (auto& payload : payloads) {
    if (!detail::is_encoded_as(payload, encoding)) continue;
    try {
      payload = detail::disclosed(core::decompress(payload.data, most_bytes_));
    } catch (const core::Error& error) {
      throw DecodeError(std::string{"a payload cannot be decompressed: it "} + error.what());
    }
  }
  co_return payloads;
}

}  // namespace temporal::codec
