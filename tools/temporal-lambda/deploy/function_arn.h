#pragma once

#include <string>

namespace temporal::lambda_deploy {

/// The parts of `arn:aws:lambda:eu-central-1:123456789012:function:shop:5`.
struct FunctionArn {
  std::string region = {};
  std::string account = {};
  std::string name = {};
  std::string qualifier = {};  ///< a version, an alias or $LATEST; empty when there is none

  /// Its code never changes.
  [[nodiscard]] bool is_published_version() const;
  /// `shop:5`, for people.
  [[nodiscard]] std::string short_name() const { return qualifier.empty() ? name : name + ":" + qualifier; }
};

/// @throws std::invalid_argument that says what an ARN looks like
FunctionArn parse_function_arn(const std::string& text);

}  // namespace temporal::lambda_deploy
