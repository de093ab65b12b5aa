#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

/// \file
/// Addresses as debuggers know them: in the file of the program, and not where it happens to lie in memory.

namespace temporal::lambda::detail {

/// The program that runs.
class ProgramImage {
 public:
  /// Nothing.
  ProgramImage() noexcept = default;
  /// Of this process.
  [[nodiscard]] static ProgramImage of_this_process() noexcept;

  /// Of the linker; in hexadecimal, empty when it made none.
  [[nodiscard]] std::string_view build_id() const noexcept { return {build_id_.data(), build_id_size_}; }
  /// Whether this is code of the program, and not of a shared library.
  [[nodiscard]] bool holds(std::uintptr_t address) const noexcept { return address >= begin_ && address < end_; }
  [[nodiscard]] std::uintptr_t in_file(std::uintptr_t address) const noexcept { return address - base_; }

 private:
  void read_notes(const std::byte* notes, std::size_t size, std::size_t alignment) noexcept;

  std::uintptr_t base_ = 0;  ///< what the loader has added to the addresses of the file
  std::uintptr_t begin_ = 0;
  std::uintptr_t end_ = 0;
  std::array<char, 64> build_id_{};
  std::size_t build_id_size_ = 0;
};

}  // namespace temporal::lambda::detail
