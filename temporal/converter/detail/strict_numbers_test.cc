#include <temporal/converter/payload_converter.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <deque>
#include <filesystem>
#include <forward_list>
#include <limits>
#include <list>
#include <map>
#include <memory>
#include <set>
#include <tuple>
#include <unordered_map>
#include <unordered_set>
#include <variant>

namespace shop {

struct Money {
  int cents = 0;
  unsigned count = 0;
  float weight = 0;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(Money, cents, count, weight)

struct Total {
  std::int64_t cents = 0;
  std::uint64_t items = 0;
  double rate = 0;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(Total, cents, items, rate)

class Bill {
 public:
  std::vector<Money> rows = {};
  std::map<std::string, std::int16_t> discounts = {};
  std::set<int> numbers = {};
  std::optional<short> table = {};
  NLOHMANN_DEFINE_TYPE_INTRUSIVE_WITH_DEFAULT(Bill, rows, discounts, numbers, table)
};

enum class Color : std::uint8_t { red, green };

/// Reads what an older build wrote; its version and its total are other numbers on purpose.
struct Migrated {
  int version = 2;
  int total_in_cents = 0;
};
void to_json(nlohmann::json& json, const Migrated& value) {
  json = {{"version", value.version}, {"total", value.total_in_cents}};
}
void from_json(const nlohmann::json& json, Migrated& value) {
  const bool old = json.at("version") == 1;
  value.total_in_cents = old ? static_cast<int>(json.at("total").get<double>() * 100) : json.at("total").get<int>();
}

/// Can be read, but not be written.
struct OnlyRead {
  int value = 0;
};
void from_json(const nlohmann::json& json, OnlyRead& result) { json.get_to(result.value); }
struct NeverWritten {
  int value = 0;
};
void to_json(nlohmann::json& /*json*/, const NeverWritten& /*value*/) { throw std::runtime_error("not today"); }
void from_json(const nlohmann::json& json, NeverWritten& result) { json.get_to(result.value); }

}  // namespace shop

template <>
struct nlohmann::adl_serializer<std::variant<int, std::string>> {
  static void to_json(json& json, const std::variant<int, std::string>& value) {
    std::visit([&](const auto& held) { json = held; }, value);
  }
  static void from_json(const json& json, std::variant<int, std::string>& value) {
    if (json.is_string()) {
      value = json.get<std::string>();
    } else {
      value = json.get<int>();
    }
  }
};
template <class T>
struct nlohmann::adl_serializer<std::shared_ptr<T>> {
  static void to_json(json& json, const std::shared_ptr<T>& value) { json = *value; }
  static void from_json(const json& json, std::shared_ptr<T>& value) { value = std::make_shared<T>(json.get<T>()); }
};

namespace temporal::converter {
namespace {

using ::testing::HasSubstr;

Payload payload_of(std::string json) { return {.metadata = {{"encoding", "json/plain"}}, .data = std::move(json)}; }

/// Where the number is that does not fit; "" when the value itself is it, "fits" when all do.
template <class T>
std::string misfit(const std::string& json) {
  try {
    from_payload<T>(payload_of(json));
    return "fits";
  } catch (const DecodeError& error) {
    const std::string& text = error.message();
    const auto begin = text.find("the number");
    const auto end =
        text.find(" does not fit: it is out of range, has a fraction, is true or false, or is one too many");
    if (begin == std::string::npos || end == std::string::npos) return text;
    const auto place = text.substr(begin, end - begin);
    return place == "the number" ? "" : place.substr(std::string{"the number at "}.size());
  }
}

TEST(StrictNumbers, HoldForASingleNumber) {
  EXPECT_EQ(misfit<int>("5000000000"), "");
  EXPECT_EQ(misfit<int>("2147483648"), "");
  EXPECT_EQ(misfit<int>("-2147483648"), "fits");
  EXPECT_EQ(misfit<unsigned>("-1"), "");
  EXPECT_EQ(misfit<signed char>("-129"), "");
  EXPECT_EQ(misfit<int>("1.9"), "");
  EXPECT_EQ(misfit<int>("1e300"), "");
  EXPECT_EQ(misfit<std::int64_t>("9223372036854775808"), "");
  EXPECT_EQ(misfit<std::int64_t>("18014398509481984.0"), "") << "no exact integer any more";
  EXPECT_EQ(misfit<std::uint64_t>("-1"), "");
  EXPECT_EQ(misfit<int>("true"), "");
  EXPECT_EQ(misfit<float>("true"), "");
  EXPECT_EQ(misfit<float>("1e39"), "");
  EXPECT_EQ(misfit<int>("3.0"), "fits");
  EXPECT_EQ(misfit<double>("3"), "fits");
  EXPECT_EQ(misfit<float>("0.1"), "fits");
  EXPECT_EQ(misfit<std::optional<int>>("5000000000"), "");
  EXPECT_EQ(misfit<std::optional<int>>("null"), "fits");
  EXPECT_THAT(misfit<int>("\"1\""), HasSubstr("type must be number, but is string"));
}

TEST(StrictNumbers, HoldInEveryContainer) {
  EXPECT_EQ(misfit<std::vector<int>>("[1,3000000000]"), "/1");
  EXPECT_EQ((misfit<std::array<unsigned, 2>>("[1,-1]")), "/1");
  EXPECT_EQ(misfit<std::deque<int>>("[1.5]"), "/0");
  EXPECT_EQ(misfit<std::list<short>>("[1,2,true]"), "/2");
  EXPECT_EQ(misfit<std::forward_list<int>>("[5000000000]"), "/0");
  EXPECT_EQ(misfit<std::set<int>>("[5000000000,1]"), "/0");
  EXPECT_EQ(misfit<std::set<int>>("[1,4294967297]"), "/1") << "would be one element";
  EXPECT_EQ(misfit<std::multiset<int>>("[5,4294967297]"), "/1");
  EXPECT_EQ(misfit<std::unordered_set<unsigned>>("[7,-1]"), "/1");
  EXPECT_EQ((misfit<std::map<std::string, int>>(R"({"a":1,"b":5000000000})")), "/b");
  EXPECT_EQ((misfit<std::unordered_map<std::string, int>>(R"({"a":-5000000000})")), "/a");
  EXPECT_EQ((misfit<std::map<int, int>>("[[2,1],[5000000000,1]]")), "/1/0");
  EXPECT_EQ((misfit<std::unordered_map<int, std::string>>(R"([[1,"a"],[4294967297,"b"]])")), "/1/0");
  EXPECT_EQ((misfit<std::multimap<std::string, int>>(R"({"a":1.5})")), "/a");
  EXPECT_EQ((misfit<std::pair<int, unsigned char>>("[1,256]")), "/1");
  EXPECT_EQ((misfit<std::pair<int, int>>("[1,2,3]")), "/2");
  EXPECT_EQ((misfit<std::vector<std::tuple<std::string>>>(R"([["a"],["a","b"]])")), "/1/1");
  EXPECT_EQ((misfit<std::tuple<std::string, int, double>>(R"(["a",1.5,2])")), "/1");
  EXPECT_EQ(misfit<std::vector<std::optional<int>>>("[null,5000000000]"), "/1");
  EXPECT_EQ(misfit<std::vector<float>>("[1,1e39]"), "/1");
  EXPECT_EQ((misfit<std::map<std::string, std::vector<std::map<std::string, std::pair<int, int>>>>>(
                R"({"x":[{},{"y":[1,-3000000000]}]})")),
            "/x/1/y/1");
}

TEST(StrictNumbers, LetPassWhatFits) {
  EXPECT_EQ(from_payload<std::set<int>>(payload_of("[3,1,3.0]")), (std::set{1, 3}));
  EXPECT_EQ((from_payload<std::map<int, double>>(payload_of("[[2,1],[1,2.5]]"))),
            (std::map<int, double>{{1, 2.5}, {2, 1}}));
  EXPECT_EQ((from_payload<std::tuple<int, double>>(payload_of("[1,2]"))), (std::tuple{1, 2.0}));
  EXPECT_EQ(from_payload<std::vector<bool>>(payload_of("[true,false]")), (std::vector{true, false}));
  EXPECT_EQ(from_payload<std::filesystem::path>(payload_of("\"/a/b\"")), "/a/b");
  const auto json = nlohmann::json::parse(R"({"a":[5000000000,-1,1.5,true,1e300]})");
  EXPECT_EQ(from_payload<nlohmann::json>(to_payload(json)), json);
  EXPECT_EQ(nlohmann::json(from_payload<std::vector<nlohmann::json>>(to_payload(json["a"]))), json["a"]);
  for (const auto number : {std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()}) {
    EXPECT_EQ(from_payload<std::vector<std::int64_t>>(to_payload(std::vector{number})), std::vector{number});
  }
}

TEST(StrictNumbers, HoldInTypesOfUsers) {
  EXPECT_EQ(misfit<shop::Money>(R"({"cents":5000000000})"), "/cents");
  EXPECT_EQ(misfit<shop::Money>(R"({"cents":-2147483649})"), "/cents");
  EXPECT_EQ(misfit<shop::Money>(R"({"cents":19.99})"), "/cents");
  EXPECT_EQ(misfit<shop::Money>(R"({"cents":-0.5})"), "/cents");
  EXPECT_EQ(misfit<shop::Money>(R"({"cents":3000000000.0})"), "/cents");
  EXPECT_EQ(misfit<shop::Money>(R"({"cents":-1e300})"), "/cents");
  EXPECT_EQ(misfit<shop::Money>(R"({"count":-1})"), "/count");
  EXPECT_EQ(misfit<shop::Money>(R"({"count":-1.0})"), "/count");
  EXPECT_EQ(misfit<shop::Money>(R"({"count":-1.5})"), "/count");
  EXPECT_EQ(misfit<shop::Money>(R"({"count":5000000000.5})"), "/count");
  EXPECT_EQ(misfit<shop::Money>(R"({"count":true})"), "/count");
  EXPECT_EQ(misfit<shop::Money>(R"({"count":4294967296})"), "/count");
  EXPECT_EQ(misfit<shop::Money>(R"({"weight":1e39})"), "/weight");
  EXPECT_EQ(misfit<shop::Total>(R"({"items":-1})"), "/items");
  EXPECT_EQ(misfit<shop::Total>(R"({"cents":18446744073709551615})"), "/cents");
  EXPECT_EQ(misfit<shop::Total>(R"({"cents":9007199254740994.0})"), "/cents");
  EXPECT_EQ(misfit<shop::Color>("257"), "");
  EXPECT_EQ(misfit<shop::Color>("257.0"), "");
  EXPECT_EQ(misfit<std::vector<std::vector<std::byte>>>("[[1,256]]"), "/0/1");

  EXPECT_EQ(misfit<shop::Bill>(R"({"rows":[{},{"cents":5000000000}]})"), "/rows/1/cents");
  EXPECT_EQ(misfit<shop::Bill>(R"({"discounts":{"Ann":40000}})"), "/discounts/Ann");
  EXPECT_EQ(misfit<shop::Bill>(R"({"table":70000})"), "/table");
  EXPECT_EQ(misfit<shop::Bill>(R"({"numbers":[1,5000000000]})"), "/numbers/1");
  EXPECT_EQ(misfit<std::vector<shop::Money>>(R"([{"cents":1},{"cents":1.5}])"), "/1/cents");
  EXPECT_EQ(misfit<std::optional<shop::Money>>(R"({"cents":1.5})"), "/cents");
  EXPECT_EQ((misfit<std::variant<int, std::string>>("5000000000")), "");
  EXPECT_EQ(misfit<std::shared_ptr<int>>("5000000000"), "");
}

TEST(StrictNumbers, LetTypesOfUsersPassThatFit) {
  EXPECT_EQ(misfit<shop::Money>(R"({"cents":-7,"count":3.0,"weight":0.1,"more":5000000000})"), "fits");
  EXPECT_EQ(misfit<shop::Money>(R"({"cents":2147483647,"count":4294967295,"weight":16777217})"), "fits");
  EXPECT_EQ(misfit<shop::Total>(R"({"cents":-9223372036854775808,"items":18446744073709551615,"rate":5})"), "fits");
  EXPECT_EQ(misfit<shop::Bill>(R"({"numbers":[512,7,256,0,-1]})"), "fits") << "a set sorts";
  EXPECT_EQ(misfit<shop::Bill>(R"({"numbers":[7,7,7]})"), "fits");
}

TEST(StrictNumbers, LeaveToTypesOfUsersWhatTheyDoOnPurpose) {
  EXPECT_EQ(from_payload<shop::Migrated>(payload_of(R"({"version":1,"total":19.99})")).total_in_cents, 1998);
  EXPECT_EQ(from_payload<shop::OnlyRead>(payload_of("7")).value, 7);
  EXPECT_EQ(from_payload<shop::NeverWritten>(payload_of("7")).value, 7);
}

TEST(StrictNumbers, AreNamedWithTheirArgument) {
  try {
    from_payloads<std::tuple<int, shop::Bill>>(
        std::vector{payload_of("1"), payload_of(R"({"rows":[{"cents":5000000000}]})")});
    FAIL();
  } catch (const DecodeError& error) {
    EXPECT_EQ(error.message(),
              "argument 2 does not decode as shop::Bill (encoding json/plain): the number at /rows/0/cents does not "
              "fit: it is out of range, has a fraction, is true or false, or is one too many");
  }
}

}  // namespace
}  // namespace temporal::converter
