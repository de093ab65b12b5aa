#include <temporal/converter/detail/timestamp_text.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <chrono>
#include <cstdio>

namespace temporal::converter::detail {
namespace {

using namespace std::chrono;

constexpr int nanosecond_digits = 9;

}  // namespace

std::string to_text(Timestamp time) {
  const auto day = floor<days>(time);
  const year_month_day date{day};
  const hh_mm_ss clock{floor<seconds>(time - day)};
  std::array<char, 64> text{};
  const int size = std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d",
                                 static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                                 static_cast<unsigned>(date.day()), static_cast<int>(clock.hours().count()),
                                 static_cast<int>(clock.minutes().count()), static_cast<int>(clock.seconds().count()));
  std::string result{text.data(), static_cast<std::size_t>(size)};
  if (const auto rest = nanoseconds{time - floor<seconds>(time)}.count(); rest != 0) {
    auto digits = std::to_string(rest);
    digits.insert(0, nanosecond_digits - digits.size(), '0');
    digits.erase(digits.find_last_not_of('0') + 1);
    result += '.' + digits;
  }
  return result + 'Z';
}

std::optional<Timestamp> parse_timestamp(const std::string& text) {
  int year = 0;
  unsigned month = 0;
  unsigned day = 0;
  int hour = 0;
  int minute = 0;
  int second = 0;
  int used = 0;
  if (std::sscanf(text.c_str(), "%4d-%2u-%2uT%2d:%2d:%2d%n", &year, &month, &day, &hour, &minute, &second, &used) !=
      6) {
    return std::nullopt;
  }
  const year_month_day date{std::chrono::year{year}, std::chrono::month{month}, std::chrono::day{day}};
  if (!date.ok()) return std::nullopt;
  auto at = static_cast<std::size_t>(used);
  auto time = sys_time<nanoseconds>{sys_days{date}} + hours{hour} + minutes{minute} + seconds{second};
  if (at < text.size() && text[at] == '.') {
    std::string digits;
    for (++at; at < text.size() && std::isdigit(static_cast<unsigned char>(text[at])) != 0; ++at) digits += text[at];
    if (digits.empty()) return std::nullopt;
    digits.resize(nanosecond_digits, '0');
    time += nanoseconds{std::stol(digits)};
  }
  const auto offset = text.substr(at);
  if (offset != "Z" && offset != "z") {
    char sign = 0;
    if (std::sscanf(offset.c_str(), "%c%2d:%2d%n", &sign, &hour, &minute, &used) != 3 ||
        static_cast<std::size_t>(used) != offset.size() || (sign != '+' && sign != '-')) {
      return std::nullopt;
    }
    const auto ahead = hours{hour} + minutes{minute};
    time += sign == '+' ? -ahead : ahead;
  }
  return time_point_cast<Timestamp::duration>(time);
}

}  // namespace temporal::converter::detail
