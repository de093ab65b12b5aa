#pragma once

#include <temporal/common/duration.h>

#include <cstdint>
#include <limits>
#include <utility>

/// \file
/// Between a `Duration`, 64 bits of nanoseconds, and seconds with nanoseconds, which reach further.

namespace temporal::converter::detail {

__extension__ typedef __int128 Wide;  // NOLINT(modernize-use-using): GCC takes __extension__ in no other form

/// What does not fit becomes the nearest that does.
constexpr Duration nearest(std::int64_t seconds, std::int64_t nanoseconds) noexcept {
  const auto count = static_cast<Wide>(seconds) * 1'000'000'000 + nanoseconds;
  if (count > std::numeric_limits<std::int64_t>::max()) return Duration::max();
  if (count < std::numeric_limits<std::int64_t>::min()) return Duration::min();
  return Duration{static_cast<std::int64_t>(count)};
}

/// Whole seconds, rounded down, and the nanoseconds after them.
constexpr std::pair<std::chrono::seconds, std::chrono::nanoseconds> split(Duration duration) noexcept {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(duration);
  const auto rest = duration % std::chrono::seconds{1};
  return {seconds, rest < Duration::zero() ? rest + std::chrono::seconds{1} : rest};
}

}  // namespace temporal::converter::detail
