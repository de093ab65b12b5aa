#pragma once

#include <nlohmann/json.hpp>

#include <optional>

/// \file
/// `std::optional` inside JSON: a value or `null`. nlohmann-json 3.11 has none of its own. If your program brings one,
/// build with `TEMPORAL_NO_OPTIONAL_JSON` defined, in every file, and this one is left out.

#ifndef TEMPORAL_NO_OPTIONAL_JSON

template <class T>
struct nlohmann::adl_serializer<std::optional<T>> {
  template <class Json>
  static void to_json(Json& json, const std::optional<T>& value) {
    if (value) {
      json = *value;
    } else {
      json = nullptr;
    }
  }

  template <class Json>
  static void from_json(const Json& json, std::optional<T>& value) {
    if (json.is_null()) {
      value.reset();
    } else {
      value = json.template get<T>();
    }
  }
};

#endif
