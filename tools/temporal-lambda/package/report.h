#pragma once

#include <tools/temporal-lambda/package/files.h>
#include <tools/temporal-lambda/package/finding.h>

#include <nlohmann/json.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace temporal::lambda_package {

/// In the zip: what those who deploy it need to know of it.
constexpr const char* manifest_name = "temporal-worker.json";
[[nodiscard]] std::string manifest_of(const Files& files);

/// What was packed or judged.
struct Report {
  std::string zip = {};  ///< where it is, or what would be packed
  bool written = false;
  std::int64_t zip_size = 0;
  Files files = {};
  std::vector<Finding> findings = {};
};

/// Sizes, and a line for each file.
[[nodiscard]] std::string summary(const Report& report);
/// Two lines for each: what is wrong, and what to do. Errors are called warnings where they were told to be.
[[nodiscard]] std::string findings_text(const std::vector<Finding>& findings, bool errors_are_warnings);
[[nodiscard]] nlohmann::json to_json(const Report& report);

}  // namespace temporal::lambda_package
