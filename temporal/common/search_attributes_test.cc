#include <temporal/common/search_attributes.h>

#include <gtest/gtest.h>

namespace temporal {
namespace {

constexpr KeywordSearchAttribute customer{"CustomerId"};
constexpr TextSearchAttribute note{"Note"};
constexpr DoubleSearchAttribute total{"Total"};

TEST(SearchAttributes, AreReadWithTheKeyThatSetThem) {
  const SearchAttributes attributes{customer.set("c-7"), total.set(12.5)};
  EXPECT_EQ(attributes.get(customer), "c-7");
  EXPECT_EQ(attributes.get(total), 12.5);
  EXPECT_EQ(attributes.get(note), std::nullopt);
}

TEST(SearchAttributes, OfAnotherTypeAreNotThere) {
  const SearchAttributes attributes{note.set("a text")};
  EXPECT_EQ(attributes.get(KeywordSearchAttribute{"Note"}), std::nullopt);
}

TEST(SearchAttributes, AreReplacedAndRemoved) {
  SearchAttributes attributes{customer.set("c-7"), total.set(1)};
  attributes.apply(total.set(2));
  attributes.apply(customer.unset());
  EXPECT_EQ(attributes, SearchAttributes{total.set(2)});
}

}  // namespace
}  // namespace temporal
