#include <temporal/converter/search_attributes.h>

#include <temporal/common/client_errors.h>
#include <temporal/common/utf8.h>
#include <temporal/converter/detail/timestamp_text.h>
#include <temporal/converter/payload_converter.h>
#include <temporal/converter/proto_payload.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>

namespace temporal::converter {
namespace {

using Message = temporal::api::common::v1::SearchAttributes;
using Type = SearchAttributeType;

constexpr std::array<std::pair<Type, std::string_view>, 7> type_names = {{
    {Type::bool_, "Bool"},
    {Type::datetime, "Datetime"},
    {Type::double_, "Double"},
    {Type::int_, "Int"},
    {Type::keyword, "Keyword"},
    {Type::keyword_list, "KeywordList"},
    {Type::text, "Text"},
}};

std::string_view name_of(Type type) {
  return std::ranges::find(type_names, type, &std::pair<Type, std::string_view>::first)->second;
}

std::optional<Type> type_of(const ProtoPayload& payload) {
  const auto name = payload.metadata().find("type");
  if (name == payload.metadata().end()) return std::nullopt;
  const auto* const known = std::ranges::find(type_names, name->second, &std::pair<Type, std::string_view>::second);
  return known == type_names.end() ? std::nullopt : std::optional{known->first};
}

ProtoPayload encode(const std::string& name, Type type, const std::optional<SearchAttributeValue>& value) {
  if (!temporal::detail::is_valid_utf8(name)) throw EncodeError("the name of a search attribute is not UTF-8");
  if (!value) return to_proto(null_payload());
  try {
    auto payload = std::visit(
        [](const auto& held) {
          if constexpr (std::is_same_v<std::decay_t<decltype(held)>, Timestamp>) {
            return to_payload(detail::to_text(held));
          } else {
            return to_payload(held);
          }
        },
        *value);
    payload.metadata["type"] = name_of(type);
    return to_proto(std::move(payload));
  } catch (const EncodeError& error) {
    throw EncodeError("the search attribute " + name + ": " + error.message(), error.cause());
  }
}

/// A list of one counts as its element: the server may keep any attribute as a list.
template <class T>
std::optional<T> one(const Payload& payload) {
  try {
    return from_payload<T>(payload);
  } catch (const DecodeError&) {
    const auto list = from_payload<std::vector<T>>(payload);
    return list.size() == 1 ? std::optional<T>{list.front()} : std::nullopt;
  }
}

std::optional<SearchAttributeValue> decode(Type type, const Payload& payload) {
  switch (type) {
    case Type::bool_:
      return one<bool>(payload);
    case Type::datetime:
      if (const auto text = one<std::string>(payload)) return detail::parse_timestamp(*text);
      return std::nullopt;
    case Type::double_:
      return one<double>(payload);
    case Type::int_:
      return one<std::int64_t>(payload);
    case Type::keyword:
    case Type::text:
      return one<std::string>(payload);
    case Type::keyword_list:
      return from_payload<std::vector<std::string>>(payload);
  }
  return std::nullopt;
}

}  // namespace

Message to_proto(const SearchAttributes& attributes) {
  Message message;
  for (const auto& [name, entry] : attributes.entries()) {
    (*message.mutable_indexed_fields())[name] = encode(name, entry.type, entry.value);
  }
  return message;
}

Message to_proto(const std::vector<SearchAttributeUpdate>& updates) {
  Message message;
  for (const auto& update : updates) {
    (*message.mutable_indexed_fields())[update.name] = encode(update.name, update.type, update.value);
  }
  return message;
}

SearchAttributes to_search_attributes(const Message& message) {
  SearchAttributes attributes;
  for (const auto& [name, field] : message.indexed_fields()) {
    const auto type = type_of(field);
    if (!type || field.data() == "[]") continue;
    try {
      if (auto value = decode(*type, to_payload(field))) {
        attributes.apply({.name = name, .type = *type, .value = std::move(value)});
      }
    } catch (const DecodeError&) {  // NOLINT(bugprone-empty-catch): a value that its own type does not describe
    }
  }
  return attributes;
}

}  // namespace temporal::converter
