#pragma once

#include <temporal/common/duration.h>

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

/// \file
/// Search attributes: the typed values by which workflows are found. An attribute has to be known to the namespace.
/// See https://docs.temporal.io/search-attribute.
///
/// ```cpp
/// inline constexpr KeywordSearchAttribute customer_id{"CustomerId"};
/// inline constexpr DoubleSearchAttribute total{"Total"};
///
/// SearchAttributes attributes{customer_id.set("c-7"), total.set(12.5)};
/// std::optional<double> value = attributes.get(total);
/// ```

namespace temporal {

enum class SearchAttributeType { bool_, datetime, double_, int_, keyword, keyword_list, text };

using SearchAttributeValue = std::variant<bool, double, std::int64_t, std::string, std::vector<std::string>, Timestamp>;

namespace detail {

template <SearchAttributeType>
struct SearchAttributeValueType {
  using type = std::string;  // keyword and text
};
template <>
struct SearchAttributeValueType<SearchAttributeType::bool_> {
  using type = bool;
};
template <>
struct SearchAttributeValueType<SearchAttributeType::datetime> {
  using type = Timestamp;
};
template <>
struct SearchAttributeValueType<SearchAttributeType::double_> {
  using type = double;
};
template <>
struct SearchAttributeValueType<SearchAttributeType::int_> {
  using type = std::int64_t;
};
template <>
struct SearchAttributeValueType<SearchAttributeType::keyword_list> {
  using type = std::vector<std::string>;
};

}  // namespace detail

/// A change of one attribute, made with `SearchAttributeKey::set` or `unset`.
struct SearchAttributeUpdate {
  std::string name = {};
  SearchAttributeType type = SearchAttributeType::keyword;
  std::optional<SearchAttributeValue> value = {};  ///< nothing: the attribute is removed

  bool operator==(const SearchAttributeUpdate&) const = default;
};

/// Name and type of an attribute. A literal: declare it once as `inline constexpr`.
template <SearchAttributeType Type>
class SearchAttributeKey {
 public:
  using value_type = typename detail::SearchAttributeValueType<Type>::type;
  static constexpr SearchAttributeType type = Type;

  /// `name` must live as long as the key: a string literal.
  explicit constexpr SearchAttributeKey(std::string_view name) noexcept : name_(name) {}

  [[nodiscard]] constexpr std::string_view name() const noexcept { return name_; }
  [[nodiscard]] SearchAttributeUpdate set(value_type value) const {
    return {.name = std::string{name_}, .type = Type, .value = std::move(value)};
  }
  [[nodiscard]] SearchAttributeUpdate unset() const { return {.name = std::string{name_}, .type = Type}; }

 private:
  std::string_view name_;
};

using BoolSearchAttribute = SearchAttributeKey<SearchAttributeType::bool_>;
using DatetimeSearchAttribute = SearchAttributeKey<SearchAttributeType::datetime>;
using DoubleSearchAttribute = SearchAttributeKey<SearchAttributeType::double_>;
using IntSearchAttribute = SearchAttributeKey<SearchAttributeType::int_>;
using KeywordSearchAttribute = SearchAttributeKey<SearchAttributeType::keyword>;
using KeywordListSearchAttribute = SearchAttributeKey<SearchAttributeType::keyword_list>;
using TextSearchAttribute = SearchAttributeKey<SearchAttributeType::text>;

/// The attributes of a workflow, sorted by name. A value.
class SearchAttributes {
 public:
  struct Entry {
    SearchAttributeType type = SearchAttributeType::keyword;
    SearchAttributeValue value = {};

    bool operator==(const Entry&) const = default;
  };
  using Entries = std::map<std::string, Entry, std::less<>>;

  SearchAttributes() = default;
  SearchAttributes(std::initializer_list<SearchAttributeUpdate> updates);

  /// Nothing when there is no such attribute or it is of another type.
  template <SearchAttributeType Type>
  [[nodiscard]] std::optional<typename SearchAttributeKey<Type>::value_type> get(SearchAttributeKey<Type> key) const {
    const auto found = entries_.find(key.name());
    if (found == entries_.end() || found->second.type != Type) return std::nullopt;
    return std::get<typename SearchAttributeKey<Type>::value_type>(found->second.value);
  }

  void apply(const SearchAttributeUpdate& update);

  [[nodiscard]] bool empty() const noexcept { return entries_.empty(); }
  [[nodiscard]] const Entries& entries() const noexcept { return entries_; }

  bool operator==(const SearchAttributes&) const = default;

 private:
  Entries entries_;
};

}  // namespace temporal
