#pragma once

#include <temporal/codec/payload_codec.h>
#include <temporal/common/duration.h>

#include <chrono>
#include <memory>

namespace temporal::codec {

/// Whether headers, which interceptors make, go through the codec.
enum class HeaderCodec { none, codec };

/// How payloads travel. Belongs to a client, whose workers take it from there. A value; copies share the codec.
struct DataConverter {
  /// Not chosen: payloads travel as the payload converter makes them.
  std::shared_ptr<PayloadCodec> codec = {};
  HeaderCodec headers = HeaderCodec::none;
  /// How long a worker waits for the codec before it fails the task. The server's limit for a workflow task is 10 s.
  Duration codec_timeout = std::chrono::seconds{8};

  bool operator==(const DataConverter&) const = default;
};

}  // namespace temporal::codec
