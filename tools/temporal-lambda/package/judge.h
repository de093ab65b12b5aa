#pragma once

#include <tools/temporal-lambda/package/files.h>
#include <tools/temporal-lambda/package/finding.h>

#include <cstdint>
#include <vector>

namespace temporal::lambda_package {

constexpr std::int64_t largest_zip = 50 << 20;        ///< that can be uploaded directly
constexpr std::int64_t largest_unpacked = 250 << 20;  ///< with all layers

/// Whether the runtime `provided.al2023` can start these files, packed into a zip of `zip_size` bytes. The files are
/// judged as they are, with their modes.
[[nodiscard]] std::vector<Finding> judge(const Files& files, std::int64_t zip_size);

}  // namespace temporal::lambda_package
