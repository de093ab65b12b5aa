#include <temporal/client/detail/uuid.h>

#include <temporal/common/detail/random_bytes.h>

#include <array>
#include <cstdint>
#include <span>

namespace temporal::client::detail {

std::string random_uuid() {
  constexpr auto digits = "0123456789abcdef";
  std::array<std::uint32_t, 4> words{};
  temporal::detail::fill_randomly(std::as_writable_bytes(std::span{words}));

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
