#pragma once

#include <temporal/codec/data_converter.h>
#include <temporal/common/executor.h>
#include <temporal/common/task.h>

#include <string>
#include <string_view>

/// \file
/// Messages through the codec.

namespace temporal::codec::detail {

enum class Direction { encode, decode };

/// Where codecs run: a few threads of their own, so that those who wait for a codec do not keep it from running.
Executor& codec_executor();

/// The message with its payloads encoded or decoded; as it is where there is no codec, or no payload.
/// @param kind which message it is: see temporal_payloads_take in temporal_bridge.h
/// @throws EncodeError or DecodeError that says that it is the codec which failed, and how
Task<std::string> coded(DataConverter converter, SerializationContext context, Direction direction, std::string kind,
                        std::string message);

/// The same, waited for on the calling thread, at most for `codec_timeout`.
std::string coded_now(const DataConverter& converter, const SerializationContext& context, Direction direction,
                      std::string_view kind, std::string message);

}  // namespace temporal::codec::detail
