#pragma once

#include <cstdint>
#include <string>

namespace temporal::lambda_package {

/// "412 bytes", "17.4 MiB": rounded up, so that what is over a limit does not look as if it fitted.
[[nodiscard]] inline std::string size_text(std::int64_t bytes) {
  constexpr std::int64_t mib = 1 << 20;
  if (bytes < mib / 10) return std::to_string(bytes) + " bytes";
  const auto tenths = (bytes * 10 + mib - 1) / mib;
  return std::to_string(tenths / 10) + (tenths % 10 == 0 ? "" : "." + std::to_string(tenths % 10)) + " MiB";
}

}  // namespace temporal::lambda_package
