#include <temporal/converter/payload_converter.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <google/protobuf/api.pb.h>
#include <google/protobuf/source_context.pb.h>
#include <google/protobuf/struct.pb.h>

#include <cmath>
#include <limits>
#include <map>

namespace shop {

enum class Size { small, large };
NLOHMANN_JSON_SERIALIZE_ENUM(Size, {{Size::small, "small"}, {Size::large, "large"}})

struct Item {
  std::string name;
  int count = 0;
  std::optional<std::string> note;
  bool operator==(const Item&) const = default;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Item, name, count, note)

struct Order {
  std::vector<Item> items;
  Size size = Size::small;
  std::map<std::string, double> prices;
  bool operator==(const Order&) const = default;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Order, items, size, prices)

struct Moody {};
void to_json(nlohmann::json&, const Moody&) { throw std::runtime_error("not today"); }
void from_json(const nlohmann::json&, Moody&) { throw std::runtime_error("not today either"); }

/// Throws what is no std::exception.
struct Rude {};
void to_json(nlohmann::json&, const Rude&) { throw std::string{"not today"}; }
void from_json(const nlohmann::json&, Rude&) { throw 7; }

enum class Color { red, green };

}  // namespace shop

namespace temporal::converter {
namespace {

using google::protobuf::Mixin;
using google::protobuf::Value;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

Payload json_payload(std::string data) { return {.metadata = {{"encoding", "json/plain"}}, .data = std::move(data)}; }

template <class T>
std::string decode_failure(const Payload& payload) {
  try {
    from_payload<T>(payload);
  } catch (const DecodeError& error) {
    return error.message();
  }
  return "no error";
}

template <class T>
std::string encode_failure(const T& value) {
  try {
    return "encoded as " + to_payload(value).data;
  } catch (const EncodeError& error) {
    return error.message();
  }
}

TEST(PayloadConverter, WritesJsonAsTheOtherSdksDo) {
  EXPECT_EQ(to_payload(std::string{"Grüße"}), json_payload("\"Grüße\""));
  EXPECT_EQ(to_payload("literal"), json_payload("\"literal\""));
  EXPECT_EQ(to_payload(7), json_payload("7"));
  EXPECT_EQ(to_payload(true), json_payload("true"));
  EXPECT_EQ(to_payload(std::vector<int>{1, 2}), json_payload("[1,2]"));
  EXPECT_EQ(to_payload(shop::Size::large), json_payload("\"large\""));
  EXPECT_EQ(to_payload(shop::Color::green), json_payload("1"));
}

TEST(PayloadConverter, WritesNothingAsBinaryNull) {
  const Payload null{.metadata = {{"encoding", "binary/null"}}};
  EXPECT_EQ(null_payload(), null);
  EXPECT_EQ(to_payload(nullptr), null);
  EXPECT_EQ(to_payload(std::nullopt), null);
  EXPECT_EQ(to_payload(std::monostate{}), null);
  EXPECT_EQ(to_payload(std::optional<int>{}), null);
  EXPECT_EQ(from_payload<std::optional<int>>(null), std::nullopt);
  EXPECT_EQ(from_payload<std::optional<int>>(json_payload("null")), std::nullopt);
  EXPECT_NO_THROW(from_payload<std::monostate>(null));
  EXPECT_THAT(decode_failure<std::monostate>(json_payload("1")), HasSubstr("expected encoding binary/null"));
}

TEST(PayloadConverter, BringsStructsBack) {
  const shop::Order order{
      .items = {{.name = "tea", .count = 2, .note = "hot"}, {.name = "mug", .count = 1, .note = {}}},
      .size = shop::Size::large,
      .prices = {{"tea", 2.5}}};
  EXPECT_EQ(from_payload<shop::Order>(to_payload(order)), order);
  EXPECT_EQ(from_payload<std::optional<shop::Order>>(to_payload(order)), order);
  EXPECT_THAT(to_payload(order).data, HasSubstr("\"note\":null"));
}

TEST(PayloadConverter, BringsPlainValuesBack) {
  EXPECT_EQ(from_payload<std::string>(to_payload(std::string("a\0b\xE2\x82\xAC", 6))),
            std::string("a\0b\xE2\x82\xAC", 6));
  EXPECT_EQ(from_payload<std::uint64_t>(to_payload(std::numeric_limits<std::uint64_t>::max())),
            std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(from_payload<std::int64_t>(to_payload(std::numeric_limits<std::int64_t>::min())),
            std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(from_payload<double>(to_payload(0.1)), 0.1);
  EXPECT_EQ(from_payload<int>(json_payload("3.0")), 3);
  EXPECT_EQ(from_payload<shop::Color>(to_payload(shop::Color::green)), shop::Color::green);
  EXPECT_EQ((from_payload<std::tuple<int, std::string>>(to_payload(std::tuple{1, "a"}))), (std::tuple{1, "a"}));
  EXPECT_EQ(from_payload<nlohmann::json>(json_payload("{\"a\":[1]}")), nlohmann::json::parse("{\"a\":[1]}"));
}

TEST(PayloadConverter, KeepsBytesAsTheyAre) {
  const std::vector<std::byte> bytes{std::byte{0}, std::byte{255}, std::byte{10}};
  const auto payload = to_payload(bytes);
  EXPECT_EQ(payload.metadata.at("encoding"), "binary/plain");
  EXPECT_EQ(payload.data, std::string("\0\xFF\n", 3));
  EXPECT_EQ(from_payload<std::vector<std::byte>>(payload), bytes);
  EXPECT_EQ(from_payload<std::vector<std::byte>>(to_payload(std::vector<std::byte>{})), std::vector<std::byte>{});
  EXPECT_EQ(
      decode_failure<std::vector<std::byte>>(json_payload("1")),
      "the payload does not decode as std::vector<std::byte> (encoding json/plain): expected encoding binary/plain");
}

TEST(PayloadConverter, WritesMessagesAsProtobufJson) {
  Mixin message;
  message.set_name("order-7");
  const auto payload = to_payload(message);
  EXPECT_EQ(payload.metadata.at("encoding"), "json/protobuf");
  EXPECT_EQ(payload.metadata.at("messageType"), "google.protobuf.Mixin");
  EXPECT_EQ(payload.data, R"({"name":"order-7"})");
  EXPECT_EQ(from_payload<Mixin>(payload).name(), "order-7");
}

TEST(PayloadConverter, ReadsBinaryMessages) {
  Mixin message;
  message.set_root("r");
  Payload payload{.metadata = {{"encoding", "binary/protobuf"}}, .data = message.SerializeAsString()};
  EXPECT_EQ(from_payload<Mixin>(payload).root(), "r");
  payload.data = "\xFF\xFF";
  EXPECT_THAT(decode_failure<Mixin>(payload), HasSubstr("the bytes are no such message"));
}

TEST(PayloadConverter, RefusesAnotherMessage) {
  const auto payload = to_payload(google::protobuf::SourceContext{});
  EXPECT_THAT(decode_failure<Mixin>(payload), HasSubstr("it holds the message google.protobuf.SourceContext"));
  EXPECT_THAT(decode_failure<Mixin>(json_payload("{}")), HasSubstr("expected encoding json/protobuf"));
}

TEST(PayloadConverter, LeavesRawValuesAlone) {
  const Payload payload{.metadata = {{"encoding", "custom"}}, .data = "?"};
  EXPECT_EQ(to_payload(RawValue{payload}), payload);
  EXPECT_EQ(from_payload<RawValue>(payload).payload, payload);
}

TEST(PayloadConverter, NamesTheTypeThatDoesNotDecode) {
  EXPECT_EQ(decode_failure<int>(json_payload("\"seven\"")),
            "the payload does not decode as int (encoding json/plain): type must be number, but is string");
  EXPECT_THAT(decode_failure<shop::Item>(json_payload("{\"count\":1}")),
              StartsWith("the payload does not decode as shop::Item (encoding json/plain): key 'name' not found"));
  EXPECT_THAT(decode_failure<std::string>({.data = "x"}), HasSubstr("(encoding not given)"));
  EXPECT_THAT(decode_failure<std::string>(json_payload("{")), HasSubstr("parse error"));
  EXPECT_THAT(decode_failure<std::string>(null_payload()), HasSubstr("as std::string (encoding binary/null)"));
  EXPECT_THAT(decode_failure<shop::Moody>(json_payload("1")), HasSubstr("not today either"));
  EXPECT_THAT(decode_failure<shop::Rude>(json_payload("1")), EndsWith(": 7"));
}

std::string nested(std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); }

TEST(PayloadConverter, RefusesJsonThatIsTooDeepForTheStack) {
  EXPECT_EQ(from_payload<nlohmann::json>(json_payload(nested(1000))).dump(), nested(1000));
  for (const auto& text : {nested(1001), nested(80'000), std::string(2'000'000, '[')}) {
    EXPECT_EQ(decode_failure<nlohmann::json>(json_payload(text)),
              "the payload does not decode as nlohmann::json (encoding json/plain): it is nested more than 1000 deep");
    EXPECT_THAT(decode_failure<std::optional<nlohmann::json>>(json_payload(text)), HasSubstr("1000 deep"));
    EXPECT_THAT(decode_failure<std::vector<nlohmann::json>>(json_payload(text)), HasSubstr("1000 deep"));
    EXPECT_THAT(decode_failure<int>(json_payload(text)), HasSubstr("1000 deep"));
    EXPECT_THAT(decode_failure<Value>({.metadata = {{"encoding", "json/protobuf"}}, .data = text}),
                HasSubstr("1000 deep"));
    EXPECT_EQ(from_payload<RawValue>(json_payload(text)).payload.data, text);
  }
}

TEST(PayloadConverter, RefusesToWriteWhatIsTooDeep) {
  EXPECT_EQ(to_payload(nlohmann::json::parse(nested(1000))).data, nested(1000));
  for (const std::size_t depth : {1001U, 80'000U}) {
    const auto json = nlohmann::json::parse(nested(depth));
    EXPECT_EQ(encode_failure(json),
              "cannot encode a value of type nlohmann::json as JSON: it is nested more than 1000 deep");
  }
  const std::vector<nlohmann::json> list{nlohmann::json::parse(nested(1000))};
  EXPECT_THAT(encode_failure(list), HasSubstr("it is nested more than 1000 deep"));

  Value message;
  for (int i = 0; i < 1001; ++i) {
    Value outer;
    outer.mutable_list_value()->add_values()->Swap(&message);
    message.Swap(&outer);
  }
  EXPECT_THAT(encode_failure(message), StartsWith("cannot encode the message google.protobuf.Value as JSON"));
}

TEST(PayloadConverter, RefusesNumbersThatJsonDoesNotHave) {
  for (const double number :
       {std::nan(""), std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity()}) {
    EXPECT_EQ(encode_failure(number),
              "cannot encode a value of type double as JSON: it is NaN or infinite, which no number of JSON is");
    EXPECT_THAT(encode_failure(static_cast<float>(number)), HasSubstr("float as JSON: it is NaN or infinite"));
    EXPECT_THAT(encode_failure(std::optional{number}), HasSubstr("it is NaN or infinite"));
    EXPECT_THAT(encode_failure(std::vector{1.0, number}), HasSubstr("/1 is NaN or infinite"));
    EXPECT_THAT(encode_failure(std::tuple{1, number}), HasSubstr("/1 is NaN or infinite"));
    EXPECT_THAT(encode_failure(std::map<int, double>{{7, number}}), HasSubstr("/0/1 is NaN or infinite"));
    EXPECT_THAT(encode_failure(shop::Order{.items = {}, .prices = {{"tea", number}}}), HasSubstr("/prices/tea is NaN"));
    EXPECT_THAT(encode_failure(nlohmann::json{{"a", {1, {{"b", number}}}}}), HasSubstr("/a/1/b is NaN"));
  }
  EXPECT_EQ(to_payload(std::numeric_limits<double>::max()).data, "1.7976931348623157e+308");
  EXPECT_EQ(to_payload(std::optional<double>{}), null_payload());
}

TEST(PayloadConverter, SaysWhyAStringHasNoEncoding) {
  try {
    to_payload(std::string{"\xFF\xFE"});
    FAIL();
  } catch (const EncodeError& error) {
    EXPECT_THAT(error.message(), StartsWith("cannot encode a value of type std::string as JSON: invalid UTF-8"));
    EXPECT_THAT(error.message(), HasSubstr("use std::vector<std::byte> for bytes"));
  }
  for (const auto& failure :
       {encode_failure(std::vector<std::string>{"M\xC3"}), encode_failure(std::map<std::string, int>{{"M\xC3", 1}}),
        encode_failure(shop::Item{.name = "M\xC3", .note = {}}), encode_failure(std::optional<std::string>{"M\xC3"}),
        encode_failure(nlohmann::json{{"a", {"M\xC3"}}}), encode_failure("M\xC3")}) {
    EXPECT_THAT(failure, HasSubstr("use std::vector<std::byte> for bytes"));
  }
  Mixin message;
  message.set_name("M\xC3");
  EXPECT_THAT(encode_failure(message), HasSubstr("google.protobuf.Mixin as JSON: its field name is not UTF-8"));
  EXPECT_THROW(to_payload(shop::Moody{}), EncodeError);
  EXPECT_THAT(encode_failure(shop::Rude{}), EndsWith(": not today"));
}

TEST(Arguments, ComeBackInOrder) {
  using Arguments = std::tuple<std::string, int, std::optional<int>>;
  EXPECT_EQ(from_payloads<Arguments>(to_payloads("a", 7, 8)), Arguments("a", 7, 8));
  EXPECT_EQ(from_payloads<Arguments>(to_payloads("a", 7)), Arguments("a", 7, std::nullopt));
  EXPECT_EQ(from_payloads<std::tuple<>>(to_payloads("too", "many")), std::tuple<>());
  EXPECT_TRUE(to_payloads().empty());
  EXPECT_EQ((to_payloads_as<std::tuple<double, std::string>>(1, "a")), to_payloads(1.0, std::string{"a"}));
}

TEST(Arguments, ThatAreMissingAreNamed) {
  try {
    from_payloads<std::tuple<std::string, int>>(to_payloads("a"));
    FAIL();
  } catch (const DecodeError& error) {
    EXPECT_EQ(error.message(),
              "argument 2 of 2 is missing (1 given): expected int; only a std::optional may be left out");
    EXPECT_EQ(error.info().argument, 2U);
    EXPECT_EQ(error.info().cpp_type, "int");
  }
}

TEST(Arguments, ThatDoNotDecodeAreNamed) {
  try {
    from_payloads<std::tuple<std::string, int>>(to_payloads("a", "b"));
    FAIL();
  } catch (const DecodeError& error) {
    EXPECT_EQ(error.message(),
              "argument 2 does not decode as int (encoding json/plain): type must be number, but is string");
    EXPECT_EQ(error.info().encoding, "json/plain");
  }
}

}  // namespace
}  // namespace temporal::converter
