#include <temporal/converter/search_attributes.h>

#include <gtest/gtest.h>

namespace temporal::converter {
namespace {

using namespace std::chrono_literals;

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

TEST(SearchAttributesMessage, WhatCannotBeReadIsLeftOut) {
  auto message = to_proto(SearchAttributes{tags.set({}), customer.set("c-7"), count.set(1)});
  (*(*message.mutable_indexed_fields())["CustomerId"].mutable_metadata())["type"] = "Colour";
  (*message.mutable_indexed_fields())["Count"].set_data("\"one\"");
  EXPECT_TRUE(to_search_attributes(message).empty());
}

}  // namespace
}  // namespace temporal::converter
