#include <tools/temporal-lambda/local/text.h>

#include <array>
#include <charconv>
#include <cstdio>
#include <ctime>
#include <random>

namespace temporal::local_lambda {
namespace {

constexpr std::string_view base64_digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

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
  std::string text;
  for (std::size_t begin = 0; begin < bytes.size(); begin += 3) {
    const auto group = bytes.substr(begin, 3);
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i < 3; ++i)
      bits = bits << 8 | (i < group.size() ? static_cast<unsigned char>(group[i]) : 0U);
    for (std::size_t i = 0; i < 4; ++i) text += i <= group.size() ? base64_digits[bits >> (18 - 6 * i) & 63U] : '=';
  }
  return text;
}

std::string base64_decode(std::string_view text) {
  std::string bytes;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    const auto digit = base64_digits.find(c);
    if (digit == std::string_view::npos) break;
    bits = bits << 6U | static_cast<std::uint32_t>(digit);
    count += 6;
    if (count >= 8) bytes += static_cast<char>(bits >> (count -= 8) & 0xFFU);
  }
  return bytes;
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

std::string trace_of(std::string_view caller, bool active_tracing) {
  const auto field = [caller](std::string_view name) {
    const auto begin = caller.find(name);
    if (begin == std::string_view::npos) return std::string{};
    const auto rest = caller.substr(begin + name.size());
    return std::string{rest.substr(0, rest.find(';'))};
  };
  auto root = field("Root=");
  auto parent = field("Parent=");
  auto sampled = field("Sampled=");
  if (root.empty()) {
    std::array<char, 16> seconds{};
    const auto now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
    std::snprintf(seconds.data(), seconds.size(), "%08x", static_cast<unsigned>(now));
    root = std::string{"1-"} + seconds.data() + "-" + random_hex(24);
  }
  if (parent.empty() || active_tracing) parent = random_hex(16);
  if (sampled != "0" && sampled != "1") sampled = active_tracing ? "1" : "0";
  return "Root=" + root + ";Parent=" + parent + ";Sampled=" + sampled;
}

}  // namespace temporal::local_lambda
