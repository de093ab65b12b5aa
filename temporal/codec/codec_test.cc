#include <temporal/codec/chain.h>
#include <temporal/codec/encryption_codec.h>
#include <temporal/codec/zlib_codec.h>
#include <temporal/common/errors.h>
#include <temporal/common/start.h>

#include <gmock/gmock.h>

#include <stdexcept>

namespace temporal::codec {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

const std::string first_key(32, 'a');
const std::string second_key(32, 'b');

Payload plain(std::string data) { return {.metadata = {{"encoding", "json/plain"}}, .data = std::move(data)}; }

std::vector<Payload> samples() {
  return {plain("\"secret\""),
          plain(""),
          plain(std::string(3'000'000, 'x')),
          {.metadata = {{"encoding", "binary/plain"}}, .data = "\xff\x00\xfe"},
          {}};
}

std::vector<Payload> encode(PayloadCodec& codec, std::vector<Payload> payloads) {
  return sync_wait(codec.encode({}, std::move(payloads)));
}
std::vector<Payload> decode(PayloadCodec& codec, std::vector<Payload> payloads) {
  return sync_wait(codec.decode({}, std::move(payloads)));
}

template <class Call>
std::string refusal(const Call& call) {
  try {
    call();
  } catch (const std::exception& error) {
    return error.what();
  }
  return "no error";
}

TEST(ZlibCodec, BringsPayloadsBackAndMakesThemSmallerOrLeavesThemAlone) {
  ZlibCodec zlib;
  const auto encoded = encode(zlib, samples());
  EXPECT_EQ(encoded[0], samples()[0]) << "it would not become smaller";
  EXPECT_EQ(encoded[2].metadata.at("encoding"), "binary/zlib");
  EXPECT_LT(encoded[2].data.size(), 10'000U);
  EXPECT_EQ(decode(zlib, encoded), samples());
  EXPECT_EQ(decode(zlib, samples()), samples()) << "what is not of this codec";
}

TEST(ZlibCodec, RefusesWhatIsBrokenOrFillsTheMemory) {
  ZlibCodec small{1000};
  const auto large = encode(small, {plain(std::string(2000, 'x'))});
  EXPECT_THAT(refusal([&] { decode(small, large); }), HasSubstr("larger than 1000 bytes"));
  const Payload broken{.metadata = {{"encoding", "binary/zlib"}}, .data = "no zlib"};
  EXPECT_THAT(refusal([&] { decode(small, {broken}); }), HasSubstr("cannot be decompressed"));
}

TEST(EncryptionCodec, BringsPayloadsBackAndShowsNothingOfThem) {
  EncryptionCodec encryption{"first", {{"first", first_key}}};
  const auto encoded = encode(encryption, samples());
  for (const auto& payload : encoded) {
    EXPECT_EQ(payload.metadata,
              (std::map<std::string, std::string>{{"encoding", "binary/encrypted"}, {"encryption-key-id", "first"}}));
    EXPECT_THAT(payload.data.substr(0, 100), Not(HasSubstr("secret")));
  }
  EXPECT_NE(encode(encryption, samples())[0].data, encoded[0].data) << "another nonce";
  EXPECT_EQ(decode(encryption, encoded), samples());
  EXPECT_EQ(decode(encryption, samples()), samples()) << "what is not of this codec";
}

TEST(EncryptionCodec, KeysAreRotated) {
  EncryptionCodec before{"first", {{"first", first_key}}};
  EncryptionCodec after{"second", {{"first", first_key}, {"second", second_key}}};
  EXPECT_EQ(decode(after, encode(before, samples())), samples());
  EXPECT_EQ(encode(after, {plain("1")})[0].metadata.at("encryption-key-id"), "second");
}

TEST(EncryptionCodec, RefusesWhatItCannotReadAndShowsNoKey) {
  EncryptionCodec first{"first", {{"first", first_key}}};
  EncryptionCodec second{"second", {{"second", second_key}}};
  EncryptionCodec other_first{"first", {{"first", second_key}}};
  auto encoded = encode(first, {plain("\"secret\"")});
  EXPECT_THAT(refusal([&] { decode(second, encoded); }), HasSubstr("there is no key \"first\""));
  EXPECT_THAT(refusal([&] { decode(other_first, encoded); }),
              AllOf(HasSubstr("cannot be decrypted with the key \"first\""), Not(HasSubstr(second_key))));
  encoded[0].data.back() ^= 1;
  EXPECT_THAT(refusal([&] { decode(first, encoded); }), HasSubstr("was changed since"));
  EXPECT_THAT(refusal([] { EncryptionCodec{"x", {{"first", first_key}}}; }), HasSubstr("there is no key \"x\""));
  EXPECT_THAT(refusal([] { EncryptionCodec{"x", {{"x", "shortkey"}}}; }),
              AllOf(HasSubstr("has not 32 bytes"), Not(HasSubstr("shortkey"))));
}

TEST(EncryptionCodec, AsksForAKeyOnceForAMessage) {
  int asked = 0;
  EncryptionCodec encryption{"first", [&](std::string id) -> Task<std::string> {
                               ++asked;
                               EXPECT_EQ(id, "first");
                               co_return first_key;
                             }};
  const auto encoded = encode(encryption, samples());
  EXPECT_EQ(asked, 1);
  EXPECT_EQ(decode(encryption, encoded), samples());
  EXPECT_EQ(asked, 2);
}

TEST(Chain, EncodesInOrderAndDecodesTheOtherWayRound) {
  const auto encryption =
      std::make_shared<EncryptionCodec>("first", std::map<std::string, std::string>{{"first", first_key}});
  const auto both = chain({std::make_shared<ZlibCodec>(), encryption});
  const auto encoded = encode(*both, samples());
  EXPECT_EQ(encoded[2].metadata.at("encoding"), "binary/encrypted");
  EXPECT_LT(encoded[2].data.size(), 10'000U) << "compressed before";
  EXPECT_EQ(decode(*both, encoded), samples());
  EXPECT_EQ(encode(*chain({}), samples()), samples());
  EXPECT_THROW((void)chain({nullptr}), std::invalid_argument);
}

}  // namespace
}  // namespace temporal::codec
