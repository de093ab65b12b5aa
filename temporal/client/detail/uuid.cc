#include <temporal/client/detail/uuid.h>

#include <sys/random.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <system_error>

namespace temporal::client::detail {

std::string random_uuid() {
  constexpr auto digits = "0123456789abcdef";
  // Not std::random_device: libstdc++'s needs arc4random, and Lambda's glibc is older than that.
  std::array<std::uint32_t, 4> words{};
  if (::getrandom(words.data(), sizeof(words), 0) != sizeof(words)) {
    throw std::system_error{errno, std::generic_category(), "getrandom"};
  }

  std::string uuid(36, '-');
  std::size_t nibble = 0;
  for (std::size_t i = 0; i < uuid.size(); ++i) {
    if (i == 8 || i == 13 || i == 18 || i == 23) continue;
    uuid[i] = digits[(words.at(nibble / 8) >> (nibble % 8 * 4)) & 0xFU];
    ++nibble;
  }
  uuid[14] = '4';                                // the version
  uuid[19] = digits[8 + (words.back() & 0x3U)];  // the variant
  return uuid;
}

}  // namespace temporal::client::detail
