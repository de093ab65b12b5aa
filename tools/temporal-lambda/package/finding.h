#pragma once

#include <string>

namespace temporal::lambda_package {

enum class Severity {
  warning,
  error,  ///< AWS refuses the zip, or cannot start the function
};

/// Something that is wrong with a package.
struct Finding {
  Severity severity = Severity::error;
  std::string what = {};
  std::string remedy = {};
};

}  // namespace temporal::lambda_package
