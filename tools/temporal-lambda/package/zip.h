#pragma once

#include <tools/temporal-lambda/package/files.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace temporal::lambda_package {

constexpr std::int64_t largest_read = 1 << 30;  ///< unpacked: of a larger zip nobody needs to know more

[[nodiscard]] bool is_zip(std::string_view bytes);

/// What a zip has, with the modes in it. A link has become what it leads to. `name` is for error texts.
/// @throws std::runtime_error for what AWS could not unpack, names that lead out, a name twice, more than `largest`.
[[nodiscard]] Files read_zip(std::string_view bytes, const std::string& name, std::int64_t largest = largest_read);

/// Equal files make equal bytes: no time of day, no owner, no locale and no time zone is in them.
[[nodiscard]] std::string write_zip(const Files& files);

}  // namespace temporal::lambda_package
