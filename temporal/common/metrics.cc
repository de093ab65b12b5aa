#include <temporal/common/metrics.h>
#include <temporal/common/utf8.h>

#include <algorithm>
#include <cstddef>
#include <stdexcept>
#include <string_view>

namespace temporal::detail {
namespace {

constexpr std::size_t longest_name = 255;
constexpr std::size_t longest_unit = 63;

constexpr bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
constexpr bool is_of_name(char c) {
  return is_letter(c) || (c >= '0' && c <= '9') || std::string_view{"_.-/"}.find(c) != std::string_view::npos;
}
constexpr bool is_ascii(char c) { return static_cast<unsigned char>(c) < 0x80; }

}  // namespace

void check_instrument(const std::string& name, const InstrumentOptions& options) {
  const auto refuse = [&](const std::string& why) {
    const std::string valid = to_valid_utf8(name.c_str());  // a NUL would end the message
    throw std::invalid_argument{"the metric \"" + std::string{utf8_prefix(valid, longest_name)} + "\": " + why};
  };
  if (name.empty() || name.size() > longest_name || !is_letter(name.front()) ||
      !std::ranges::all_of(name, is_of_name)) {
    refuse(
        "its name has to begin with a letter and go on with letters, digits, '_', '.', '-' and '/', 255 at most: "
        "OpenTelemetry would drop its values");
  }
  if (options.unit.size() > longest_unit || !std::ranges::all_of(options.unit, is_ascii)) {
    refuse("its unit is longer than 63 ASCII characters, or has others");
  }
  if (!is_valid_utf8(options.description)) refuse("its description is not UTF-8");
}

}  // namespace temporal::detail
