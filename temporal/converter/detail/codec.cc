#include <temporal/converter/detail/codec.h>
#include <temporal/converter/detail/encoding.h>

#include <temporal/common/client_errors.h>
#include <temporal/common/type_name.h>
#include <temporal/converter/payload_converter.h>

#include <stdexcept>
#include <string_view>

namespace temporal::converter {
namespace detail {
namespace {

using temporal::detail::type_name;

/// nlohmann's messages begin with an id that says nothing to a user: "[json.exception.type_error.302] type must be …".
std::string_view without_id(std::string_view message) {
  const auto end = message.find("] ");
  return message.starts_with("[json.exception") && end != std::string_view::npos ? message.substr(end + 2) : message;
}

DecodeErrorInfo info_of(const Payload& payload, const Target& target) {
  return {.cpp_type = type_name(target.type),
          .encoding = metadata_of(payload, encoding_key),
          .argument = target.argument == 0 ? std::nullopt : std::optional{target.argument}};
}

[[noreturn]] void fail_encoding(const Payload& payload, const Target& target, std::string_view expected) {
  fail(payload, target, "expected encoding " + std::string{expected});
}

}  // namespace

Payload make_payload(std::string_view encoding, std::string data) {
  return {.metadata = {{encoding_key, std::string{encoding}}}, .data = std::move(data)};
}

std::string metadata_of(const Payload& payload, const char* key) {
  const auto found = payload.metadata.find(key);
  return found == payload.metadata.end() ? std::string{} : found->second;
}

void fail(const Payload& payload, const Target& target, std::string_view reason, std::exception_ptr cause) {
  auto info = info_of(payload, target);
  const auto subject = info.argument ? "argument " + std::to_string(*info.argument) : std::string{"the payload"};
  auto message = subject + " does not decode as " + info.cpp_type + " (encoding " +
                 (info.encoding.empty() ? "not given" : info.encoding) + "): " + std::string{reason};
  throw DecodeError(std::move(message), std::move(info), std::move(cause));
}

Payload encode_nothing() { return make_payload(null_encoding, {}); }

Payload encode_bytes(const Bytes& bytes) {
  return make_payload(bytes_encoding, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

Payload encode_json(const nlohmann::json& json, const std::type_info& type) {
  try {
    return make_payload(json_encoding, json.dump());
  } catch (...) {
    throw_encode_error(type);
  }
}

void throw_encode_error(const std::type_info& type) {
  const auto text = "cannot encode a value of type " + type_name(type) + " as JSON: ";
  try {
    throw;
  } catch (const nlohmann::json::type_error& error) {
    constexpr int not_utf8 = 316;
    const auto hint = error.id == not_utf8 ? " (a string has to be UTF-8; use std::vector<std::byte> for bytes)" : "";
    throw EncodeError(text + std::string{without_id(error.what())} + hint, std::current_exception());
  } catch (const std::exception& error) {
    throw EncodeError(text + std::string{without_id(error.what())}, std::current_exception());
  }
}

bool is_nothing(const Payload& payload) {
  const auto encoding = metadata_of(payload, encoding_key);
  return encoding == null_encoding || (encoding == json_encoding && payload.data == "null");
}

void decode_nothing(const Payload& payload, const Target& target) {
  if (!is_nothing(payload)) fail_encoding(payload, target, null_encoding);
}

Bytes decode_bytes(const Payload& payload, const Target& target) {
  if (metadata_of(payload, encoding_key) != bytes_encoding) fail_encoding(payload, target, bytes_encoding);
  const auto* begin = reinterpret_cast<const std::byte*>(payload.data.data());
  return {begin, begin + payload.data.size()};
}

nlohmann::json decode_json(const Payload& payload, const Target& target) {
  const auto encoding = metadata_of(payload, encoding_key);
  // "No value" reads as null, which std::optional members and nlohmann::json accept and all other types refuse.
  if (encoding == null_encoding) return nullptr;
  if (encoding != json_encoding && encoding != proto_json_encoding) fail_encoding(payload, target, json_encoding);
  try {
    return nlohmann::json::parse(payload.data);
  } catch (...) {
    throw_decode_error(payload, target);
  }
}

void throw_decode_error(const Payload& payload, const Target& target) {
  try {
    throw;
  } catch (const DecodeError&) {
    throw;
  } catch (const std::exception& error) {
    fail(payload, target, without_id(error.what()), std::current_exception());
  }
}

void throw_missing_argument(const Target& target, std::size_t given, std::size_t expected) {
  DecodeErrorInfo info{.cpp_type = type_name(target.type), .argument = target.argument};
  auto message = "argument " + std::to_string(target.argument) + " of " + std::to_string(expected) + " is missing (" +
                 std::to_string(given) + " given): expected " + info.cpp_type +
                 "; only a std::optional may be left out";
  throw DecodeError(std::move(message), std::move(info));
}

void check_integer(const nlohmann::json& json, std::int64_t minimum, std::uint64_t maximum) {
  bool fits = true;
  if (json.is_number_unsigned()) {
    fits = json.get<std::uint64_t>() <= maximum;
  } else if (json.is_number_integer()) {
    const auto number = json.get<std::int64_t>();
    fits = number < 0 ? number >= minimum : static_cast<std::uint64_t>(number) <= maximum;
  } else if (json.is_number_float()) {
    // Other languages may write 3.0 for 3. Beyond 2^53 a floating-point number is no exact integer any more.
    constexpr double exact = 9007199254740992;
    const auto number = json.get<double>();
    fits = number >= -exact && number <= exact && number == static_cast<double>(static_cast<std::int64_t>(number)) &&
           (number < 0 ? static_cast<std::int64_t>(number) >= minimum : static_cast<std::uint64_t>(number) <= maximum);
  }
  if (!fits) throw std::out_of_range("the number " + json.dump() + " is out of range or has a fraction");
}

}  // namespace detail

Payload null_payload() { return detail::encode_nothing(); }

}  // namespace temporal::converter
