#include <tools/temporal-lambda/text.h>

#include <array>
#include <charconv>
#include <cstdio>
#include <ctime>
#include <random>

namespace temporal::local_lambda {
namespace {

std::string random_hex(std::size_t digits) {
  static std::random_device source;
  std::string text;
  while (text.size() < digits) text += "0123456789abcdef"[source() % 16];
  return text;
}

}  // namespace

std::string url_decode(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    int value = 0;
    const auto* digits = text.data() + i + 1;
    if (text[i] == '%' && i + 2 < text.size() && std::from_chars(digits, digits + 2, value, 16).ptr == digits + 2) {
      decoded += static_cast<char>(value);
      i += 2;
    } else {
      decoded += text[i];
    }
  }
  return decoded;
}

std::string base64(std::string_view bytes) {
  constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t begin = 0; begin < bytes.size(); begin += 3) {
    const auto group = bytes.substr(begin, 3);
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i < 3; ++i)
      bits = bits << 8 | (i < group.size() ? static_cast<unsigned char>(group[i]) : 0U);
    for (std::size_t i = 0; i < 4; ++i) text += i <= group.size() ? digits[bits >> (18 - 6 * i) & 63U] : '=';
  }
  return text;
}

std::string to_text(const nlohmann::json& json) {
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string uuid() {
  auto text = random_hex(8) + "-" + random_hex(4) + "-4" + random_hex(3) + "-" + random_hex(4) + "-" + random_hex(12);
  text[19] = "89ab"[text[20] % 4];
  return text;
}

std::string rfc3339(std::chrono::system_clock::time_point time) {
  const auto since_epoch = time.time_since_epoch();
  const auto seconds = std::chrono::floor<std::chrono::seconds>(since_epoch);
  const auto milliseconds = std::chrono::floor<std::chrono::milliseconds>(since_epoch - seconds);
  const std::time_t whole = seconds.count();
  std::tm parts{};
  ::gmtime_r(&whole, &parts);
  std::array<char, 64> text{};
  const auto length = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &parts);
  std::snprintf(text.data() + length, text.size() - length, ".%03dZ", static_cast<int>(milliseconds.count()));
  return text.data();
}

std::string trace_header(std::chrono::system_clock::time_point time) {
  std::array<char, 16> seconds{};
  std::snprintf(seconds.data(), seconds.size(), "%08x",
                static_cast<unsigned>(std::chrono::system_clock::to_time_t(time)));
  return std::string{"Root=1-"} + seconds.data() + "-" + random_hex(24) + ";Parent=" + random_hex(16) + ";Sampled=0";
}

}  // namespace temporal::local_lambda
