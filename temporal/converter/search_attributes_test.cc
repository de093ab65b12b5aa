#include <temporal/converter/search_attributes.h>

#include <temporal/common/client_errors.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace temporal::converter {
namespace {

using namespace std::chrono_literals;
using ::testing::StartsWith;

constexpr BoolSearchAttribute paid{"Paid"};
constexpr DatetimeSearchAttribute due{"Due"};
constexpr DoubleSearchAttribute total{"Total"};
constexpr IntSearchAttribute count{"Count"};
constexpr KeywordListSearchAttribute tags{"Tags"};
constexpr KeywordSearchAttribute customer{"CustomerId"};
constexpr TextSearchAttribute note{"Note"};

constexpr Timestamp noon{std::chrono::sys_days{std::chrono::year{2026} / 1 / 31} + 12h};

TEST(SearchAttributesMessage, HoldsJsonAndTheServersNameOfTheType) {
  const auto message =
      to_proto(SearchAttributes{paid.set(true), due.set(noon), tags.set({"a", "b"}), customer.set("c-7")});
  const auto& fields = message.indexed_fields();
  EXPECT_EQ(fields.at("Paid").data(), "true");
  EXPECT_EQ(fields.at("Paid").metadata().at("type"), "Bool");
  EXPECT_EQ(fields.at("Paid").metadata().at("encoding"), "json/plain");
  EXPECT_EQ(fields.at("Due").data(), "\"2026-01-31T12:00:00Z\"");
  EXPECT_EQ(fields.at("Due").metadata().at("type"), "Datetime");
  EXPECT_EQ(fields.at("Tags").data(), R"(["a","b"])");
  EXPECT_EQ(fields.at("Tags").metadata().at("type"), "KeywordList");
  EXPECT_EQ(fields.at("CustomerId").metadata().at("type"), "Keyword");
}

TEST(SearchAttributesMessage, OfEveryTypeComesBack) {
  const SearchAttributes attributes{paid.set(false), due.set(noon),       total.set(1.5),   count.set(-3),
                                    tags.set({"a"}), customer.set("c-7"), note.set("words")};
  EXPECT_EQ(to_search_attributes(to_proto(attributes)), attributes);
}

TEST(SearchAttributesMessage, SaysNullForWhatIsUnset) {
  const auto message = to_proto(std::vector{customer.unset(), total.set(2)});
  EXPECT_EQ(message.indexed_fields().at("CustomerId").metadata().at("encoding"), "binary/null");
  EXPECT_EQ(message.indexed_fields().at("Total").data(), "2.0");
  EXPECT_EQ(to_search_attributes(message), SearchAttributes{total.set(2)});
}

TEST(SearchAttributesMessage, AListOfOneIsItsElement) {
  auto message = to_proto(SearchAttributes{paid.set(true), due.set(noon), total.set(1.5), count.set(-3),
                                           tags.set({"a"}), customer.set("c-7"), note.set("words")});
  const auto attributes = to_search_attributes(message);
  for (auto& [name, field] : *message.mutable_indexed_fields()) {
    if (name != tags.name()) field.set_data("[" + field.data() + "]");
  }
  EXPECT_EQ(to_search_attributes(message), attributes);
  for (const auto* data : {R"(["a","b"])", "[]", R"([["a"]])", "[7]"}) {
    (*message.mutable_indexed_fields())["CustomerId"].set_data(data);
    EXPECT_EQ(to_search_attributes(message).get(customer), std::nullopt) << data;
  }
}

TEST(SearchAttributesMessage, HoldsTheNearestTimeThatThereIs) {
  auto message = to_proto(SearchAttributes{due.set(noon)});
  auto& field = (*message.mutable_indexed_fields())["Due"];
  field.set_data("\"9999-12-31T23:59:59Z\"");
  EXPECT_EQ(to_search_attributes(message).get(due), Timestamp::max());
  field.set_data("\"0001-01-01T00:00:00Z\"");
  EXPECT_EQ(to_search_attributes(message).get(due), Timestamp::min());
}

TEST(SearchAttributesMessage, NamesTheAttributeThatCannotBeWritten) {
  const auto failure = [](const SearchAttributeUpdate& update) -> std::string {
    try {
      to_proto(std::vector{update});
      return "written";
    } catch (const EncodeError& error) {
      EXPECT_THROW(to_proto(SearchAttributes{update}), EncodeError);
      return error.message();
    }
  };
  EXPECT_EQ(failure(total.set(std::nan(""))),
            "the search attribute Total: cannot encode a value of type double as JSON: it is NaN or infinite, which no "
            "number of JSON is");
  EXPECT_EQ(failure(total.set(HUGE_VAL)), failure(total.set(-HUGE_VAL)));
  EXPECT_THAT(failure(customer.set("M\xC3")), StartsWith("the search attribute CustomerId: "));
  EXPECT_THAT(failure(tags.set({"a", "M\xC3"})), StartsWith("the search attribute Tags: "));
  EXPECT_EQ(failure(KeywordSearchAttribute{"M\xC3"}.set("x")), "the name of a search attribute is not UTF-8");
}

TEST(SearchAttributesMessage, WhatCannotBeReadIsLeftOut) {
  auto message = to_proto(SearchAttributes{tags.set({}), customer.set("c-7"), count.set(1)});
  (*(*message.mutable_indexed_fields())["CustomerId"].mutable_metadata())["type"] = "Colour";
  (*message.mutable_indexed_fields())["Count"].set_data("\"one\"");
  EXPECT_TRUE(to_search_attributes(message).empty());
}

}  // namespace
}  // namespace temporal::converter
