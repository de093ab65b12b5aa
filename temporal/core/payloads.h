#pragma once

#include <string>
#include <string_view>

struct TemporalPayloads;

/// \file
/// The payloads of messages, and what codecs do with bytes.

namespace temporal::core {

/// The payloads of a message, taken out for a codec and put back. To be used by one thread at a time.
class MessagePayloads {
 public:
  /// @param kind which message it is: see temporal_payloads_take in temporal_bridge.h
  /// @throws Error for a message that does not decode
  MessagePayloads(std::string_view kind, const std::string& message, bool with_headers);
  MessagePayloads(const MessagePayloads&) = delete;
  MessagePayloads& operator=(const MessagePayloads&) = delete;
  ~MessagePayloads();

  /// There are none.
  [[nodiscard]] bool empty() const noexcept { return handle_ == nullptr; }
  /// A serialized `temporal.api.common.v1.Payloads`.
  [[nodiscard]] const std::string& taken() const noexcept { return taken_; }
  /// Gives the message with these in place of those that were taken, once. @throws Error for another number of them
  [[nodiscard]] std::string put(const std::string& given);

 private:
  TemporalPayloads* handle_ = nullptr;
  std::string taken_;
};

/// AES-256-GCM with a random nonce, which comes first. @throws Error for a key that has not 32 bytes
[[nodiscard]] std::string seal(const std::string& key, const std::string& text);
/// @throws Error for what was not sealed with this key, or was changed
[[nodiscard]] std::string open(const std::string& key, const std::string& sealed);

/// RFC 1950.
[[nodiscard]] std::string compress(const std::string& text);
/// @throws Error for what is not compressed, and for what is larger than `most`
[[nodiscard]] std::string decompress(const std::string& compressed, std::size_t most);

}  // namespace temporal::core
