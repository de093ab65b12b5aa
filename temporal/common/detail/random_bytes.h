#pragma once

#include <cstddef>
#include <span>

namespace temporal::detail {

/// Fills with random bytes of the kernel. Not `std::random_device`: libstdc++'s needs arc4random, which Lambda's glibc
/// lacks, and only a function has one in its place. Thread-safe. @throws std::system_error
void fill_randomly(std::span<std::byte> bytes);

}  // namespace temporal::detail
