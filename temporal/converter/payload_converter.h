#pragma once

#include <temporal/common/client_errors.h>
#include <temporal/common/payload.h>
#include <temporal/converter/detail/codec.h>
#include <temporal/converter/raw_value.h>

#include <cstddef>
#include <span>
#include <tuple>
#include <utility>
#include <vector>

/// \file
/// C++ values to payloads and back, the way all of Temporal's SDKs write them:
///
/// | value | encoding |
/// |---|---|
/// | nothing: `nullptr`, an empty `std::optional`, `std::monostate` | `binary/null` |
/// | `std::vector<std::byte>` | `binary/plain` |
/// | a protobuf message | `json/protobuf`; `binary/protobuf` is read, too |
/// | everything else, through nlohmann-json | `json/plain` |
/// | `RawValue` | as it is |
///
/// To make a type of your own travel, give it `to_json` and `from_json`, for example with nlohmann's
/// `NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Receipt, id, total)`.
///
/// A number that its place cannot hold is a `DecodeError`, in containers and members, too: 5000000000 or 1.9 for an
/// `int`, -1 for an `unsigned`, `true` for either, 1e39 for a `float`. Changed in silence are the last digits of a
/// `double` or a `float`, and what a `std::array` has no place for is left out. What a type of yours did with numbers
/// is seen in what its `to_json` makes of the value: where that writes them to another place than they were read from,
/// nobody looks. JSON that is nested more than 1000 deep is refused. All functions are thread-safe.

namespace temporal::converter {

/// @throws EncodeError for a string that is not UTF-8, for a number that is not finite, for JSON that is nested too
/// deep, and for what `to_json` throws.
template <class T>
Payload to_payload(const T& value) {
  return detail::encode(value);
}

/// What stands for "no value", the result of a function that returns void.
Payload null_payload();

/// @throws DecodeError that names the type and the encoding.
template <class T>
T from_payload(const Payload& payload) {
  return detail::decode<T>(payload, {.type = typeid(T)});
}

/// One payload for each argument.
template <class... Arguments>
std::vector<Payload> to_payloads(const Arguments&... arguments) {
  std::vector<Payload> payloads;
  payloads.reserve(sizeof...(Arguments));
  (payloads.push_back(to_payload(arguments)), ...);
  return payloads;
}

/// The same in the types of the `std::tuple` `Parameters`, so that 1 becomes 1.0 for a double.
template <class Parameters, class... Arguments>
std::vector<Payload> to_payloads_as(Arguments&&... arguments) {
  static_assert(sizeof...(Arguments) == std::tuple_size_v<Parameters>,
                "one argument for each parameter of the function");
  return std::apply([](const auto&... argument) { return to_payloads(argument...); },
                    Parameters{std::forward<Arguments>(arguments)...});
}

/// A `std::tuple` of arguments. An argument that is missing at the end is empty where its type is a `std::optional`;
/// arguments too many are ignored, so that callers can be newer.
/// @throws DecodeError that names the type and the number of the argument.
template <class Tuple>
Tuple from_payloads(std::span<const Payload> payloads) {
  return [payloads]<std::size_t... I>(std::index_sequence<I...>) {
    // Braces, because they promise the order: the first bad argument is the one that is reported.
    return Tuple{detail::decode_argument<std::tuple_element_t<I, Tuple>>(payloads, I, sizeof...(I))...};
  }(std::make_index_sequence<std::tuple_size_v<Tuple>>{});
}

}  // namespace temporal::converter
