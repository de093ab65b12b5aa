#include <temporal/testing/detail/payload_json.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace temporal::testing::detail {
namespace {

using Json = nlohmann::ordered_json;

/// The bytes of a text in either alphabet of base64, padded or not.
std::optional<std::string> from_base64(std::string_view text) {
  constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  while (text.ends_with('=')) text.remove_suffix(1);
  if (text.size() % 4 == 1) return std::nullopt;
  std::string bytes;
  std::uint32_t bits = 0;
  int count = 0;
  for (char c : text) {
    if (c == '-') c = '+';
    if (c == '_') c = '/';
    const auto value = alphabet.find(c);
    if (value == std::string_view::npos) return std::nullopt;
    bits = bits << 6U | static_cast<std::uint32_t>(value);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    bytes += static_cast<char>(bits >> static_cast<unsigned>(count));
  }
  return bytes;
}

std::optional<std::string> bytes_of(const Json& value) {
  return value.is_string() ? from_base64(value.get_ref<const std::string&>()) : std::nullopt;
}

bool is_printable(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
}

}  // namespace

bool is_payload(const Json& value) {
  if (value.is_null()) return true;  // the same as none
  if (!value.is_object()) return false;
  const auto data = value.contains("data") ? bytes_of(value["data"]) : std::string{};
  if (!data) return false;
  if (!value.contains("metadata")) return true;
  const auto& metadata = value["metadata"];
  if (!metadata.is_object()) return false;
  if (!std::ranges::all_of(metadata, [](const Json& entry) { return bytes_of(entry).has_value(); })) return false;
  if (!metadata.contains("encoding")) return true;
  // Plain text may look like base64: "Ann" does, and "json/plain", but then the bytes are no such thing.
  const auto encoding = bytes_of(metadata["encoding"]).value();
  return is_printable(encoding) && (!encoding.starts_with("json/") || data->empty() || Json::accept(*data));
}

}  // namespace temporal::testing::detail
