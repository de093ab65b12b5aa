#include <temporal/common/utf8.h>

#include <gtest/gtest.h>

namespace temporal::detail {
namespace {

TEST(Utf8, IsKnownFromWhatIsNot) {
  for (const std::string_view text : {"", "Ann", "M\xC3\xBCller", "\xE2\x82\xAC", "\xF0\x9F\x98\x80", "\xED\x9F\xBF",
                                      "\xEE\x80\x80", "\xF4\x8F\xBF\xBF", "\x7F"}) {
    EXPECT_TRUE(is_valid_utf8(text)) << text;
    EXPECT_EQ(to_valid_utf8(text), text);
  }
  EXPECT_TRUE(is_valid_utf8(std::string_view("a\0b", 3)));
  for (const std::string_view text :
       {"M\xC3", "\xFF", "\x80", "\xC0\x80", "\xC1\xBF", "\xE0\x80\x80", "\xE2\x82", "\xED\xA0\x80", "\xF0\x80\x80\x80",
        "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xC3x", "\xE2\x82x"}) {
    EXPECT_FALSE(is_valid_utf8(text)) << text;
    EXPECT_TRUE(is_valid_utf8(to_valid_utf8(text))) << text;
  }
}

TEST(Utf8, IsMadeOfWhatIsNotByOneCharacterForEachBadPiece) {
  EXPECT_EQ(to_valid_utf8("M\xC3"), "M\xEF\xBF\xBD");
  EXPECT_EQ(to_valid_utf8("a\xE2\x82z"), "a\xEF\xBF\xBDz");
  EXPECT_EQ(to_valid_utf8("\xFF\xFE"), "\xEF\xBF\xBD\xEF\xBF\xBD");
  EXPECT_EQ(to_valid_utf8("\xC3\xC3\xBC"), "\xEF\xBF\xBD\xC3\xBC");
}

TEST(Utf8, IsCutBetweenCharacters) {
  EXPECT_EQ(utf8_prefix("Ann", 9), "Ann");
  EXPECT_EQ(utf8_prefix("Ann", 2), "An");
  EXPECT_EQ(utf8_prefix("M\xC3\xBCller", 2), "M");
  EXPECT_EQ(utf8_prefix("M\xC3\xBCller", 3), "M\xC3\xBC");
  EXPECT_EQ(utf8_prefix("\xF0\x9F\x98\x80", 3), "");
}

}  // namespace
}  // namespace temporal::detail
