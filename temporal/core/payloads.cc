#include <temporal/core/detail/boundary.h>
#include <temporal/core/payloads.h>

#include <utility>

namespace temporal::core {

using detail::bytes;

MessagePayloads::MessagePayloads(std::string_view kind, const std::string& message, bool with_headers) {
  const std::string name{kind};
  taken_ = detail::call_now([&](TemporalBytes* taken) {
    return temporal_payloads_take(bytes(name), name.size(), bytes(message), message.size(), with_headers, &handle_,
                                  taken);
  });
}

MessagePayloads::~MessagePayloads() { temporal_payloads_free(handle_); }

std::string MessagePayloads::put(const std::string& given) {
  return detail::call_now([&](TemporalBytes* message) {
    return temporal_payloads_put(std::exchange(handle_, nullptr), bytes(given), given.size(), message);
  });
}

std::string seal(const std::string& key, const std::string& text) {
  return detail::call_now([&](TemporalBytes* sealed) {
    return temporal_aes256gcm_seal(bytes(key), key.size(), bytes(text), text.size(), sealed);
  });
}

std::string open(const std::string& key, const std::string& sealed) {
  return detail::call_now([&](TemporalBytes* text) {
    return temporal_aes256gcm_open(bytes(key), key.size(), bytes(sealed), sealed.size(), text);
  });
}

std::string compress(const std::string& text) {
  return detail::call_now(
      [&](TemporalBytes* compressed) { return temporal_zlib_compress(bytes(text), text.size(), compressed); });
}

std::string decompress(const std::string& compressed, std::size_t most) {
  return detail::call_now(
      [&](TemporalBytes* text) { return temporal_zlib_decompress(bytes(compressed), compressed.size(), most, text); });
}

}  // namespace temporal::core
