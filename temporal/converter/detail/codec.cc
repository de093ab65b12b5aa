#include <temporal/converter/detail/codec.h>
#include <temporal/converter/detail/encoding.h>

#include <temporal/common/client_errors.h>
#include <temporal/common/detail/json_depth.h>
#include <temporal/common/detail/thrown_value.h>
#include <temporal/common/type_name.h>
#include <temporal/common/utf8.h>
#include <temporal/converter/payload_converter.h>

#include <cmath>
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

/// JSON has no NaN and no infinity: nlohmann-json would write null. Never goes deeper than JSON is allowed to be.
bool is_finite(const nlohmann::json& json, std::string& place, std::size_t depth = 0) {
  if (json.is_number_float()) return std::isfinite(json.get<double>());
  if (!json.is_structured()) return true;
  if (depth == temporal::detail::deepest_json) throw std::length_error(too_deep());
  std::size_t index = 0;
  for (auto at = json.begin(); at != json.end(); ++at, ++index) {
    if (is_finite(*at, place, depth + 1)) continue;
    return is_below(json.is_object() ? at.key() : std::to_string(index), place);
  }
  return true;
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

std::string too_deep() { return "it is nested more than " + std::to_string(temporal::detail::deepest_json) + " deep"; }

void fail(const Payload& payload, const Target& target, std::string_view reason, std::exception_ptr cause) {
  auto info = info_of(payload, target);
  const auto subject = info.argument ? "argument " + std::to_string(*info.argument) : std::string{"the payload"};
  auto message = subject + " does not decode as " + info.cpp_type + " (encoding " +
                 (info.encoding.empty() ? "not given" : info.encoding) + "): " + std::string{reason};
  throw DecodeError(std::move(message), std::move(info), std::move(cause));
}

Payload encode_raw(const Payload& payload) {
  check_keys(payload);
  return payload;
}

void check_keys(const Payload& payload) {
  for (const auto& [key, value] : payload.metadata) {
    if (!temporal::detail::is_valid_utf8(key)) throw EncodeError("a key in the metadata of a payload is not UTF-8");
  }
}

Payload encode_nothing() { return make_payload(null_encoding, {}); }

Payload encode_bytes(const Bytes& bytes) {
  return make_payload(bytes_encoding, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

Payload encode_json(const nlohmann::json& json, const std::type_info& type) {
  try {
    std::string place;
    if (!is_finite(json, place)) {
      throw std::out_of_range((place.empty() ? "it" : place) + " is NaN or infinite, which no number of JSON is");
    }
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
  } catch (...) {
    throw EncodeError(text + temporal::detail::thrown_value().message, std::current_exception());
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
    if (temporal::detail::is_too_deep(payload.data)) throw std::length_error(too_deep());
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
  } catch (...) {
    fail(payload, target, temporal::detail::thrown_value().message, std::current_exception());
  }
}

void throw_missing_argument(const Target& target, std::size_t given, std::size_t expected) {
  DecodeErrorInfo info{.cpp_type = type_name(target.type), .argument = target.argument};
  auto message = "argument " + std::to_string(target.argument) + " of " + std::to_string(expected) + " is missing (" +
                 std::to_string(given) + " given): expected " + info.cpp_type +
                 "; only a std::optional may be left out";
  throw DecodeError(std::move(message), std::move(info));
}

}  // namespace detail

Payload null_payload() { return detail::encode_nothing(); }

}  // namespace temporal::converter
