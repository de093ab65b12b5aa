#include "allocations.h"

#include <atomic>
#include <cstdlib>
#include <new>

namespace {

std::atomic<std::size_t> count = 0;

}  // namespace

namespace temporal::benchmarks {

std::size_t allocations() noexcept { return count.load(std::memory_order_relaxed); }

}  // namespace temporal::benchmarks

// The other forms of the standard library call these two.
void* operator new(std::size_t size) {
  count.fetch_add(1, std::memory_order_relaxed);
  if (void* memory = std::malloc(size == 0 ? 1 : size)) return memory;  // NOLINT(*-no-malloc): this is where it belongs
  throw std::bad_alloc{};
}
void operator delete(void* memory) noexcept { std::free(memory); }                        // NOLINT(*-no-malloc)
void operator delete(void* memory, std::size_t /*size*/) noexcept { std::free(memory); }  // NOLINT(*-no-malloc)
