#pragma once

#include <temporal/common/errors.h>
#include <temporal/common/payload.h>
#include <temporal/converter/proto_payload.h>

#include <string>
#include <string_view>
#include <utility>

/// \file
/// A payload, metadata and all, as the data of another one.

namespace temporal::codec::detail {

inline std::string enclosed(Payload payload) { return converter::to_proto(std::move(payload)).SerializeAsString(); }

/// @throws DecodeError
inline Payload disclosed(const std::string& bytes) {
  converter::ProtoPayload message;
  if (!message.ParseFromString(bytes)) throw DecodeError("what a payload holds is no payload");
  return converter::to_payload(message);
}

inline bool is_encoded_as(const Payload& payload, std::string_view encoding) {
  const auto found = payload.metadata.find("encoding");
  return found != payload.metadata.end() && found->second == encoding;
}

}  // namespace temporal::codec::detail
