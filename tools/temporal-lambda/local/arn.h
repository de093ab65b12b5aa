#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace temporal::local_lambda {

/// Where the functions of this local Lambda pretend to be.
struct Place {
  std::string region = "us-east-1";
  std::string account = "000000000000";
};

/// The version of a function that has none.
constexpr auto latest = "$LATEST";

/// How the Lambda API names a function: `name`, `name:5`, or a full ARN with or without a qualifier.
struct FunctionName {
  std::string name = {};
  std::string qualifier = {};  ///< a version, an alias or $LATEST; empty when there is none
};

/// Nothing when the text is an ARN of another place, or no name at all.
[[nodiscard]] std::optional<FunctionName> parse_function_name(std::string_view text, const Place& place);

/// `name`, or `name:5` for a version that is a number.
[[nodiscard]] std::string qualified(const std::string& name, const std::string& version);

[[nodiscard]] std::string function_arn(const Place& place, const std::string& name, const std::string& qualifier = {});

}  // namespace temporal::local_lambda
