#pragma once

#include <temporal/codec/payload_codec.h>

#include <memory>
#include <vector>

namespace temporal::codec {

/// Several codecs as one: payloads are encoded by the first one first, and decoded by the last one first. Compress
/// before you encrypt: `chain({zlib, encryption})`. @throws std::invalid_argument for a null pointer
[[nodiscard]] std::shared_ptr<PayloadCodec> chain(std::vector<std::shared_ptr<PayloadCodec>> codecs);

}  // namespace temporal::codec
