#include <temporal/converter/detail/strict_numbers.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <stdexcept>

namespace temporal::converter::detail {
namespace {

using Json = nlohmann::json;

constexpr double exact = 9007199254740992;  // beyond 2^53 a floating-point number is no exact integer any more

template <class... Integers>
bool is_one_of(std::uint64_t bits, const Json& read) {
  return ((read == Json(static_cast<Integers>(bits))) || ...);
}

template <class... Integers>
bool is_limit(const Json& read) {
  return ((read == Json(std::numeric_limits<Integers>::min()) || read == Json(std::numeric_limits<Integers>::max())) ||
          ...);
}

/// 705032704 for 5000000000, 4294967295 for -1.
bool is_cast_of(std::uint64_t sent, const Json& read) {
  return is_one_of<std::int8_t, std::uint8_t, std::int16_t, std::uint16_t, std::int32_t, std::uint32_t, std::int64_t,
                   std::uint64_t>(sent, read);
}

/// A cast of a floating-point number that does not fit gives what the processor likes: the lowest or highest number
/// there is, or what is left of it in fewer bits.
bool is_cast_of(double sent, const Json& read) {
  constexpr double fits_32_bits = 2147483648;
  constexpr double fits_64_bits = 9223372036854775808.0;
  if (std::abs(sent) < fits_64_bits && is_cast_of(static_cast<std::uint64_t>(static_cast<std::int64_t>(sent)), read)) {
    return true;
  }
  if (std::abs(sent) < fits_32_bits && sent > -1) return false;
  return read == 0 || is_cast_of(std::numeric_limits<std::uint64_t>::max(), read) ||
         is_limit<std::int32_t, std::int64_t>(read);
}

bool is_negative(const Json& number) {
  return number.is_number_integer() && !number.is_number_unsigned() && number.get<std::int64_t>() < 0;
}

/// nlohmann's own `==` holds for -1 and 18446744073709551615.
bool is_equal(const Json& left, const Json& right) { return left == right && is_negative(left) == is_negative(right); }

bool is_changed(const Json& sent, const Json& read) {
  if (!read.is_number()) return false;
  if (sent.is_boolean()) return true;
  if (read.is_number_float()) return !std::isfinite(read.get<double>());  // whatever was parsed was finite
  if (is_equal(sent, read)) return sent.is_number_float() && std::abs(sent.get<double>()) > exact;
  return sent.is_number_float() ? is_cast_of(sent.get<double>(), read) : is_cast_of(sent.get<std::uint64_t>(), read);
}

/// A set may have sorted what was sent.
bool is_permutation(Json::array_t left, Json::array_t right) {
  std::sort(left.begin(), left.end());
  std::sort(right.begin(), right.end());
  return std::equal(left.begin(), left.end(), right.begin(), right.end(), is_equal);
}

bool same_numbers(const Json& sent, const Json& read, std::string& place) {
  if (sent.is_object() && read.is_object()) {
    for (auto at = sent.begin(); at != sent.end(); ++at) {
      const auto same = read.find(at.key());
      if (same != read.end() && !same_numbers(*at, *same, place)) return is_below(at.key(), place);
    }
  } else if (sent.is_array() && read.is_array() && sent.size() == read.size()) {
    for (std::size_t i = 0; i < sent.size(); ++i) {
      if (same_numbers(sent[i], read[i], place)) continue;
      if (is_permutation(sent, read)) {
        place.clear();
        return true;
      }
      return is_below(std::to_string(i), place);
    }
  } else if (sent.is_number() || sent.is_boolean()) {
    return !is_changed(sent, read);
  }
  return true;
}

}  // namespace

bool number_fits(const Json& json, std::int64_t minimum, std::uint64_t maximum) {
  if (json.is_boolean()) return false;
  if (json.is_number_unsigned()) return json.get<std::uint64_t>() <= maximum;
  const auto in_range = [&](std::int64_t number) {
    return number < 0 ? number >= minimum : static_cast<std::uint64_t>(number) <= maximum;
  };
  if (json.is_number_integer()) return in_range(json.get<std::int64_t>());
  if (!json.is_number_float()) return true;
  const auto number = json.get<double>();  // other languages may write 3.0 for 3
  return std::abs(number) <= exact && number == std::trunc(number) && in_range(static_cast<std::int64_t>(number));
}

bool number_fits(const Json& json, long double maximum) {
  return !json.is_boolean() && (!json.is_number_float() || std::abs(json.get<double>()) <= maximum);
}

bool is_below(const std::string& key, std::string& place) {
  place.insert(0, '/' + key);
  return false;
}

void throw_does_not_fit(const std::string& place) {
  throw std::out_of_range((place.empty() ? "the number" : "the number at " + place) +
                          " does not fit: it is out of range, has a fraction, is true or false, or is one too many");
}

bool has_numbers(const Json& json) {
  return json.is_structured() ? std::any_of(json.begin(), json.end(), has_numbers)
                              : json.is_number() || json.is_boolean();
}

void check_read(const Json& sent, const Json& read) {
  std::string place;
  if (!same_numbers(sent, read, place)) throw_does_not_fit(place);
}

}  // namespace temporal::converter::detail
