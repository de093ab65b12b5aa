#pragma once

#include <temporal/common/function_traits.h>
#include <temporal/common/payload.h>
#include <temporal/converter/detail/strict_numbers.h>
#include <temporal/converter/optional_json.h>
#include <temporal/converter/raw_value.h>

#include <nlohmann/json.hpp>

#include <concepts>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <typeinfo>
#include <utility>
#include <variant>
#include <vector>

namespace google::protobuf {
class Message;
class MessageLite;
}  // namespace google::protobuf

/// \file
/// One value at a time. The templates only choose; the work is done once, in codec.cc and message_codec.cc.

namespace temporal::converter::detail {

using Bytes = std::vector<std::byte>;

/// What is being decoded, for error messages.
struct Target {
  const std::type_info& type;
  std::size_t argument = 0;  ///< counted from 1; 0: not an argument
};

template <class T>
concept Nothing = std::same_as<T, std::monostate> || std::same_as<T, std::nullptr_t> || std::same_as<T, std::nullopt_t>;

template <class T>
concept Protobuf = std::is_base_of_v<google::protobuf::MessageLite, T>;

Payload encode_raw(const Payload& payload);
Payload encode_nothing();
Payload encode_bytes(const Bytes& bytes);
Payload encode_message(const google::protobuf::Message& message);
Payload encode_json(const nlohmann::json& json, const std::type_info& type);
[[noreturn]] void throw_encode_error(const std::type_info& type);

bool is_nothing(const Payload& payload);
void decode_nothing(const Payload& payload, const Target& target);
Bytes decode_bytes(const Payload& payload, const Target& target);
void decode_message(const Payload& payload, google::protobuf::Message& message, const Target& target);
nlohmann::json decode_json(const Payload& payload, const Target& target);
/// Turns the exception that is being handled into a `DecodeError`.
[[noreturn]] void throw_decode_error(const Payload& payload, const Target& target);
[[noreturn]] void throw_missing_argument(const Target& target, std::size_t given, std::size_t expected);

template <class T>
Payload encode(const T& value) {
  if constexpr (std::same_as<T, RawValue>) {
    return encode_raw(value.payload);
  } else if constexpr (Nothing<T>) {
    return encode_nothing();
  } else if constexpr (is_optional<T>) {
    return value ? encode(*value) : encode_nothing();
  } else if constexpr (std::same_as<T, Bytes>) {
    return encode_bytes(value);
  } else if constexpr (Protobuf<T>) {
    static_assert(std::is_base_of_v<google::protobuf::Message, T>,
                  "This message was generated for the lite runtime, which has no JSON. Generate it with the full one.");
    return encode_message(value);
  } else if constexpr (std::same_as<T, nlohmann::json>) {
    return encode_json(value, typeid(T));  // not copied: it may be too deep for that
  } else {
    static_assert(std::is_constructible_v<nlohmann::json, const T&>,
                  "This type does not travel: give it to_json and from_json, for example with "
                  "NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE.");
    nlohmann::json json;
    try {
      json = value;
    } catch (...) {
      throw_encode_error(typeid(T));
    }
    return encode_json(json, typeid(T));
  }
}

template <class T>
T decode(const Payload& payload, const Target& target) {
  static_assert(temporal::detail::owns<T>,
                "This type does not own what it points to, and the payload is gone before the value is used: take a "
                "std::string, a std::vector or another type that owns, not a view, span, pointer or reference.");
  if constexpr (std::same_as<T, RawValue>) {
    return {payload};
  } else if constexpr (Nothing<T>) {
    static_assert(!std::same_as<T, std::nullopt_t>, "take a std::optional, or std::monostate for no value");
    decode_nothing(payload, target);
    return T{};
  } else if constexpr (is_optional<T>) {
    if (is_nothing(payload)) return std::nullopt;
    return decode<typename T::value_type>(payload, target);
  } else if constexpr (std::same_as<T, Bytes>) {
    return decode_bytes(payload, target);
  } else if constexpr (Protobuf<T>) {
    T message;
    decode_message(payload, message, target);
    return message;
  } else {
    static_assert(
        requires(const nlohmann::json& json) { json.get<T>(); },
        "This type does not travel: give it to_json and from_json, for example with "
        "NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE.");
    const auto json = decode_json(payload, target);
    try {
      return read_json<T>(json);
    } catch (...) {
      throw_decode_error(payload, target);
    }
  }
}

template <class T>
T decode_argument(std::span<const Payload> payloads, std::size_t index, std::size_t expected) {
  const Target target{.type = typeid(T), .argument = index + 1};
  if (index < payloads.size()) return decode<T>(payloads[index], target);
  if constexpr (is_optional<T>) {
    return std::nullopt;
  } else {
    throw_missing_argument(target, payloads.size(), expected);
  }
}

}  // namespace temporal::converter::detail
