#pragma once

#include <tools/temporal-lambda/package/files.h>
#include <tools/temporal-lambda/package/finding.h>

#include <string>
#include <string_view>
#include <vector>

namespace temporal::lambda_package {

constexpr std::string_view lambdas_glibc = "2.34";  ///< of the image `provided.al2023`

/// What the bootstrap is.
struct Bootstrap {
  std::string architecture = {};            ///< as AWS calls it: x86_64 or arm64; empty for a script
  std::string glibc = {};                   ///< the newest that it needs; empty when it needs none
  std::vector<std::string> libraries = {};  ///< that it is linked with dynamically
  std::string build_id = {};                ///< in hexadecimal
};

/// Nothing when there is none, or one that cannot be read.
[[nodiscard]] Bootstrap describe_bootstrap(const Files& files);

/// Whether Lambda's image has what the program `bootstrap`, and libraries that lie beside it, need to start.
[[nodiscard]] std::vector<Finding> judge_program(const Files& files);

}  // namespace temporal::lambda_package
