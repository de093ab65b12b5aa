#pragma once

#include <cstddef>

namespace temporal::benchmarks {

/// How often `operator new` was called in this process. What core allocates is not among it: Rust does not use it.
std::size_t allocations() noexcept;

}  // namespace temporal::benchmarks
