#pragma once

#include <temporal/lambda/detail/program_image.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace temporal::lambda::detail {

/// The calls that led to a crash, as addresses in the program's file, innermost first: of the calls themselves, and not
/// of where they return to. Those in shared libraries are left out.
///
/// It is walked in a signal handler, with the unwinder of exceptions. That allocates nothing, and takes one lock, the
/// loader's: it is recursive, and others hold it for as long as it takes to walk a list. What a stack that was
/// overwritten has in place of addresses can make it crash in its turn: what was found until then stays.
class CallChain {
 public:
  /// What the unwinder does but once is done here, and not in the signal handler.
  static void prepare() noexcept;

  /// @param context the handler's third argument.
  void walk(const ProgramImage& program, const void* context) noexcept;
  [[nodiscard]] std::span<const std::uintptr_t> addresses() const noexcept { return {addresses_.data(), size_}; }

 private:
  friend struct Step;
  void add(const ProgramImage& program, std::uintptr_t address) noexcept;

  std::array<std::uintptr_t, 24> addresses_{};
  volatile std::size_t size_ = 0;  ///< each address is there before it is counted
};

}  // namespace temporal::lambda::detail
