#pragma once

#include <string>

/// \file
/// `throw 7;` and `throw std::string{"no money"};` are no exceptions of the standard library's, but say something.

namespace temporal::detail {

struct ThrownValue {
  std::string type = {};     ///< as a person would write it
  std::string message = {};  ///< the value of a number or of a text, else that it is no `std::exception`
};

/// What is being handled: call it in a `catch (...)`.
ThrownValue thrown_value();

}  // namespace temporal::detail
