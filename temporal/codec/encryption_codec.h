#pragma once

#include <temporal/codec/payload_codec.h>

#include <functional>
#include <map>
#include <string>

namespace temporal::codec {

/// Encrypts payloads with AES-256-GCM, as Temporal's published samples do: the encoding is `binary/encrypted`, the
/// metadata `encryption-key-id` says with which key, and the data is the nonce (12 bytes) and the encrypted payload.
/// Keys are never logged, and are in no error. Thread-safe.
///
/// One key may encrypt about four billion payloads: its nonces are random.
class EncryptionCodec final : public PayloadCodec {
 public:
  /// Gives the key (32 bytes) of an id. It is asked for each id of a message, may wait by `co_await`, and may keep what
  /// it found. What it throws fails what the payloads are of: say which id is unknown, not the key.
  using FindKey = std::function<Task<std::string>(std::string key_id)>;

  /// Encrypts with the key of `key_id`, and decrypts with any that is found.
  EncryptionCodec(std::string key_id, FindKey find_key);
  /// With keys at hand: to rotate, add a key and name it; the old one stays for what it encrypted.
  /// @throws std::invalid_argument where `key_id` is none of them, or a key has not 32 bytes
  EncryptionCodec(std::string key_id, std::map<std::string, std::string> keys);

  Task<std::vector<Payload>> encode(const SerializationContext& context, std::vector<Payload> payloads) override;
  Task<std::vector<Payload>> decode(const SerializationContext& context, std::vector<Payload> payloads) override;

 private:
  std::string key_id_;
  FindKey find_key_;
};

}  // namespace temporal::codec
