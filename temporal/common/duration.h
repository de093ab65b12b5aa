#pragma once

#include <chrono>

/// \file
/// The two time types that options and results use everywhere.

namespace temporal {

/// A length of time. Write it with the literals of `std::chrono`: `10s`, `250ms`. At most 292 years, for the standard
/// library counts nanoseconds in 64 bits: `24h * 365 * 300` becomes another length without a word. What comes from
/// outside and is longer becomes `Duration::max()`.
using Duration = std::chrono::nanoseconds;

/// A point in time, UTC, from 1677-09-21 to 2262-04-11. What comes from outside and is earlier or later (a search
/// attribute 9999-12-31) becomes `Timestamp::min()` or `Timestamp::max()`.
using Timestamp = std::chrono::system_clock::time_point;

}  // namespace temporal
