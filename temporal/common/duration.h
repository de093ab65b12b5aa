#pragma once

#include <chrono>

/// \file
/// The two time types that options and results use everywhere.

namespace temporal {

/// A length of time. Write it with the literals of `std::chrono`: `10s`, `250ms`.
using Duration = std::chrono::nanoseconds;

/// A point in time, UTC.
using Timestamp = std::chrono::system_clock::time_point;

}  // namespace temporal
