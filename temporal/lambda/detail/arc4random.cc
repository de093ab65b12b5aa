#include <temporal/common/detail/random_bytes.h>

#include <cstdint>
#include <span>

/// What libstdc++'s `std::random_device` calls where it was built with glibc 2.36 or newer. Lambda's is older, so a
/// function takes this one. The linker takes it only when it is called, and nobody else sees it.
extern "C" [[gnu::visibility("hidden")]] std::uint32_t arc4random() noexcept {
  std::uint32_t number = 0;
  temporal::detail::fill_randomly(std::as_writable_bytes(std::span{&number, 1}));
  return number;
}
