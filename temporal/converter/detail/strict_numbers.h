#pragma once

#include <temporal/converter/optional_json.h>

#include <nlohmann/json.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>

/// \file
/// nlohmann-json casts numbers silently: 5000000000 read as an int comes out as 705032704. Here a number that a type
/// cannot hold is an error. See docs/adr/0017-strict-numbers.md.

namespace temporal::converter::detail {

template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;

template <class T>
concept Integer = std::integral<T> && !std::same_as<T, bool>;

/// A container. The elements of `std::filesystem::path` and of JSON itself are of their own type: they are none.
template <class T>
concept Container = requires(const T& container) {
  typename T::value_type;
  container.begin();
  container.end();
} && !std::same_as<typename T::value_type, T>;

template <class T>
concept TupleLike = requires { std::tuple_size<T>::value; };

/// Whether `numbers_fit` sees every number that the type holds.
template <class T>
consteval bool shows_its_numbers() {
  if constexpr (std::is_arithmetic_v<T> || std::same_as<T, nlohmann::json>) {
    return true;
  } else if constexpr (is_optional<T> || Container<T>) {
    return shows_its_numbers<std::remove_const_t<typename T::value_type>>();
  } else if constexpr (TupleLike<T>) {
    return []<std::size_t... I>(std::index_sequence<I...>) {
      return (shows_its_numbers<std::remove_const_t<std::tuple_element_t<I, T>>>() && ...);
    }(std::make_index_sequence<std::tuple_size_v<T>>{});
  } else {
    return false;
  }
}

/// True for what is no number and no truth value: `nlohmann::json::get` reports it.
bool number_fits(const nlohmann::json& json, std::int64_t minimum, std::uint64_t maximum);
bool number_fits(const nlohmann::json& json, long double maximum);

/// Adds a step to the place of a number, from the innermost outwards. Always false.
bool is_below(const std::string& key, std::string& place);
[[noreturn]] void throw_does_not_fit(const std::string& place);

/// Whether each number fits into its place in a value of type `T`, as far as the type itself tells.
/// @param place where the first one is that does not, as a JSON pointer
template <class T>
bool numbers_fit(const nlohmann::json& json, std::string& place) {
  if constexpr (Integer<T>) {
    return number_fits(json, std::numeric_limits<T>::min(), std::numeric_limits<T>::max());
  } else if constexpr (std::floating_point<T>) {
    return number_fits(json, static_cast<long double>(std::numeric_limits<T>::max()));
  } else if constexpr (is_optional<T>) {
    return numbers_fit<typename T::value_type>(json, place);
  } else if constexpr (Container<T> && !std::same_as<T, std::string>) {
    if (json.is_array()) {
      for (std::size_t i = 0; i < json.size(); ++i) {
        if (!numbers_fit<typename T::value_type>(json[i], place)) return is_below(std::to_string(i), place);
      }
    }
    if constexpr (requires { typename T::mapped_type; }) {
      if (json.is_object()) {
        for (auto at = json.begin(); at != json.end(); ++at) {
          if (!numbers_fit<typename T::mapped_type>(*at, place)) return is_below(at.key(), place);
        }
      }
    }
    return true;
  } else if constexpr (TupleLike<T>) {
    // nlohmann's own would leave out what is too much.
    if (json.is_array() && json.size() > std::tuple_size_v<T>)
      return is_below(std::to_string(std::tuple_size_v<T>), place);
    return !json.is_array() || [&]<std::size_t... I>(std::index_sequence<I...>) {
      return ((I >= json.size() || numbers_fit<std::remove_const_t<std::tuple_element_t<I, T>>>(json[I], place) ||
               is_below(std::to_string(I), place)) &&
              ...);
    }(std::make_index_sequence<std::tuple_size_v<T>>{});
  } else {
    return true;
  }
}

bool has_numbers(const nlohmann::json& json);

/// Throws when a number of `sent` stands in `read` as what a cast to another type would have made of it.
void check_read(const nlohmann::json& sent, const nlohmann::json& read);

/// `json.get<T>()`, but a number that does not fit throws.
template <class T>
T read_json(const nlohmann::json& json) {
  std::string place;
  if (!numbers_fit<T>(json, place)) throw_does_not_fit(place);
  auto value = json.get<T>();
  // What a user's from_json did with the numbers is seen in what its to_json makes of the value.
  if constexpr (!shows_its_numbers<T>() && std::is_constructible_v<nlohmann::json, const T&>) {
    if (has_numbers(json)) {
      nlohmann::json again;
      try {
        again = value;
      } catch (...) {
        return value;  // it can be read, but not be written
      }
      check_read(json, again);
    }
  }
  return value;
}

}  // namespace temporal::converter::detail
