#include <temporal/codec/encryption_codec.h>

#include <temporal/codec/detail/enclosed.h>
#include <temporal/common/errors.h>
#include <temporal/core/error.h>
#include <temporal/core/payloads.h>

#include <memory>
#include <stdexcept>
#include <utility>

namespace temporal::codec {
namespace {

constexpr const char* encoding = "binary/encrypted";
constexpr const char* key_id_name = "encryption-key-id";
constexpr std::size_t key_size = 32;

EncryptionCodec::FindKey among(std::map<std::string, std::string> keys, const std::string& chosen) {
  if (!keys.contains(chosen)) throw std::invalid_argument("EncryptionCodec: there is no key \"" + chosen + "\"");
  for (const auto& [id, key] : keys) {
    if (key.size() != key_size) throw std::invalid_argument("EncryptionCodec: the key \"" + id + "\" has not 32 bytes");
  }
  const auto shared = std::make_shared<const std::map<std::string, std::string>>(std::move(keys));
  return [shared](const std::string& id) -> Task<std::string> {
    const auto found = shared->find(id);
    if (found == shared->end()) throw DecodeError("there is no key \"" + id + "\"");
    co_return found->second;
  };
}

}  // namespace

EncryptionCodec::EncryptionCodec(std::string key_id, FindKey find_key)
    : key_id_(std::move(key_id)), find_key_(std::move(find_key)) {}

EncryptionCodec::EncryptionCodec(std::string key_id, std::map<std::string, std::string> keys) {
  find_key_ = among(std::move(keys), key_id);
  key_id_ = std::move(key_id);
}

Task<std::vector<Payload>> EncryptionCodec::encode(const SerializationContext& /*context*/,
                                                   std::vector<Payload> payloads) {
  const auto key = co_await find_key_(key_id_);
  for (auto& payload : payloads) {
    payload = {.metadata = {{"encoding", encoding}, {key_id_name, key_id_}},
               .data = core::seal(key, detail::enclosed(std::move(payload)))};
  }
  co_return payloads;
}

Task<std::vector<Payload>> EncryptionCodec::decode(const SerializationContext& /*context*/,
                                                   std::vector<Payload> payloads) {
  std::map<std::string, std::string> keys;
  for (auto& payload : payloads) {
    if (!detail::is_encoded_as(payload, encoding)) continue;
    const auto id = payload.metadata[key_id_name];
    auto key = keys.find(id);
    if (key == keys.end()) key = keys.emplace(id, co_await find_key_(id)).first;
    try {
      payload = detail::disclosed(core::open(key->second, payload.data));
    } catch (const core::Error& error) {
      throw DecodeError("a payload cannot be decrypted with the key \"" + id + "\": " + error.what());
    }
  }
  co_return payloads;
}

}  // namespace temporal::codec
