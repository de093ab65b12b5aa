#include <temporal/client/detail/uuid.h>

#include <array>
#include <random>

namespace temporal::client::detail {

std::string random_uuid() {
  constexpr auto digits = "0123456789abcdef";
  std::random_device device;
  std::array<std::random_device::result_type, 4> words{};
  for (auto& word : words) word = device();

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
