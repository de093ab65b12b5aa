#pragma once

#include <string>
#include <typeinfo>

namespace temporal::detail {

/// A C++ type as a person would write it: "std::vector<std::string>". Our own `temporal::DecodeError` is "DecodeError".
std::string type_name(const std::type_info& type);

template <class T>
std::string type_name() {
  return type_name(typeid(T));
}

}  // namespace temporal::detail
