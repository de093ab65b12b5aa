#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace temporal::lambda_package {

/// A version of a library's symbols, as "GLIBC_2.34" of libc.so.6, without which a program does not start.
struct NeededVersion {
  std::string library = {};
  std::string name = {};
  std::vector<std::string> symbols = {};  ///< that it is needed for; empty in a file without section headers

  bool operator==(const NeededVersion&) const = default;
};

/// What a program or library says of itself, and of what it needs to start. Of one that is not little-endian and of 64
/// bits only the first three are read.
struct Elf {
  int bits = 64;
  bool big_endian = false;
  std::uint16_t machine = 0;  ///< EM_X86_64, EM_AARCH64 and the like of <elf.h>
  std::uint16_t type = 0;     ///< ET_EXEC, ET_DYN and the like
  std::uint64_t entry = 0;    ///< zero in a library
  std::string interpreter = {};
  std::vector<std::string> libraries = {};
  std::vector<NeededVersion> versions = {};
  std::string build_id = {};  ///< in hexadecimal

  bool operator==(const Elf&) const = default;
};

/// A file that is cut off, or contradicts itself.
class ElfError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

[[nodiscard]] bool is_elf(std::string_view bytes);

/// Reads any machine's, on any machine. @throws ElfError
[[nodiscard]] Elf read_elf(std::string_view bytes);

}  // namespace temporal::lambda_package
