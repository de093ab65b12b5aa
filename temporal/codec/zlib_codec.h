#pragma once

#include <temporal/codec/payload_codec.h>

#include <cstddef>

namespace temporal::codec {

/// Compresses payloads with zlib, as the codec of Temporal's Go SDK does: the encoding is `binary/zlib`. One that would
/// not become smaller stays as it is. Thread-safe.
class ZlibCodec final : public PayloadCodec {
 public:
  /// What a payload may have, decompressed: one that says more is refused, as it may come from somebody who wants to
  /// fill the memory.
  static constexpr std::size_t largest_payload = 128UL << 20;

  explicit ZlibCodec(std::size_t most_bytes = largest_payload) : most_bytes_(most_bytes) {}

  Task<std::vector<Payload>> encode(const SerializationContext& context, std::vector<Payload> payloads) override;
  Task<std::vector<Payload>> decode(const SerializationContext& context, std::vector<Payload> payloads) override;

 private:
  std::size_t most_bytes_;
};

}  // namespace temporal::codec
