#include <temporal/converter/detail/timestamp_text.h>

#include <temporal/converter/detail/seconds.h>

#include <array>
#include <cstdio>
#include <string_view>

namespace temporal::converter::detail {
namespace {

using namespace std::chrono;

constexpr std::size_t nanosecond_digits = 9;

/// Takes a text from its beginning. Once something is not as it should be, it takes nothing any more.
class Reader {
 public:
  explicit Reader(std::string_view text) noexcept : rest_(text) {}

  /// Exactly so many digits.
  int number(std::size_t size) {
    ok_ = ok_ && rest_.size() >= size;
    int value = 0;
    for (std::size_t i = 0; ok_ && i < size; ++i) {
      ok_ = is_digit(rest_[i]);
      value = value * 10 + (rest_[i] - '0');
    }
    if (ok_) rest_.remove_prefix(size);
    return ok_ ? value : 0;
  }

  bool next_is(std::string_view characters) noexcept {
    return ok_ && !rest_.empty() && characters.find(rest_.front()) != std::string_view::npos;
  }

  /// One of these characters.
  char one_of(std::string_view characters) noexcept {
    ok_ = next_is(characters);
    const char c = ok_ ? rest_.front() : '\0';
    if (ok_) rest_.remove_prefix(1);
    return c;
  }

  /// All digits that follow, as a fraction of a second.
  nanoseconds fraction() {
    std::string digits;
    while (next_is("0123456789")) digits += one_of("0123456789");
    ok_ = ok_ && !digits.empty();
    digits.resize(nanosecond_digits, '0');
    return nanoseconds{std::stol(digits)};
  }

  [[nodiscard]] bool at_end() const noexcept { return ok_ && rest_.empty(); }

 private:
  static bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

  std::string_view rest_;
  bool ok_ = true;
};

}  // namespace

std::string to_text(Timestamp time) {
  const auto [since_epoch, rest] = split(time.time_since_epoch());
  const sys_seconds second{since_epoch};
  const auto day = floor<days>(second);
  const year_month_day date{day};
  const hh_mm_ss clock{second - day};
  std::array<char, 64> text{};
  const int size = std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d",
                                 static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                                 static_cast<unsigned>(date.day()), static_cast<int>(clock.hours().count()),
                                 static_cast<int>(clock.minutes().count()), static_cast<int>(clock.seconds().count()));
  std::string result{text.data(), static_cast<std::size_t>(size)};
  if (rest.count() != 0) {
    auto digits = std::to_string(rest.count());
    digits.insert(0, nanosecond_digits - digits.size(), '0');
    digits.erase(digits.find_last_not_of('0') + 1);
    result += '.' + digits;
  }
  return result + 'Z';
}

std::optional<Timestamp> parse_timestamp(const std::string& text) {
  Reader reader{text};
  const std::chrono::year year{reader.number(4)};
  reader.one_of("-");
  const std::chrono::month month{static_cast<unsigned>(reader.number(2))};
  reader.one_of("-");
  const year_month_day date{year, month, std::chrono::day{static_cast<unsigned>(reader.number(2))}};
  reader.one_of("Tt");
  const int hour = reader.number(2);
  reader.one_of(":");
  const int minute = reader.number(2);
  reader.one_of(":");
  const int second = reader.number(2);  // 60: a leap second
  nanoseconds fraction{};
  if (reader.next_is(".")) {
    reader.one_of(".");
    fraction = reader.fraction();
  }
  minutes ahead{};
  if (const char sign = reader.one_of("Zz+-"); sign == '+' || sign == '-') {
    const int ahead_hours = reader.number(2);
    reader.one_of(":");
    const int ahead_minutes = reader.number(2);
    if (ahead_hours > 23 || ahead_minutes > 59) return std::nullopt;
    ahead = hours{ahead_hours} + minutes{ahead_minutes};
    if (sign == '-') ahead = -ahead;
  }
  if (!reader.at_end() || !date.ok() || hour > 23 || minute > 59 || second > 60) return std::nullopt;
  const sys_seconds time = sys_days{date} + hours{hour} + minutes{minute} + seconds{second} - ahead;
  return Timestamp{nearest(time.time_since_epoch().count(), fraction.count())};
}

}  // namespace temporal::converter::detail
