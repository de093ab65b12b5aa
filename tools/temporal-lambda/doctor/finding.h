#pragma once

#include <string>

namespace temporal::lambda_doctor {

enum class Severity {
  note,     ///< nothing is wrong
  warning,  ///< something will be, or costs money
  error,    ///< workflows wait
};

/// Something that was found, with what mends it.
struct Finding {
  std::string id = {};  ///< the row of docs/deploy.md
  Severity severity = Severity::error;
  std::string what = {};
  std::string remedy = {};
};

}  // namespace temporal::lambda_doctor
