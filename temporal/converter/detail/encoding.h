#pragma once

#include <temporal/common/payload.h>
#include <temporal/converter/detail/codec.h>

#include <exception>
#include <string>
#include <string_view>

/// \file
/// How payloads say what they hold, and how one is refused: what codec.cc and message_codec.cc share.

namespace temporal::converter::detail {

constexpr auto encoding_key = "encoding";
constexpr auto message_type_key = "messageType";
constexpr std::string_view null_encoding = "binary/null";
constexpr std::string_view bytes_encoding = "binary/plain";
constexpr std::string_view json_encoding = "json/plain";
constexpr std::string_view proto_json_encoding = "json/protobuf";
constexpr std::string_view proto_encoding = "binary/protobuf";

Payload make_payload(std::string_view encoding, std::string data);
/// Empty when it is not there.
std::string metadata_of(const Payload& payload, const char* key);
/// Strings of protobuf are UTF-8; values may be anything. @throws EncodeError
void check_keys(const Payload& payload);
/// What is said of JSON that is nested too deep.
std::string too_deep();
/// @throws DecodeError
[[noreturn]] void fail(const Payload& payload, const Target& target, std::string_view reason,
                       std::exception_ptr cause = {});

}  // namespace temporal::converter::detail
