#include <temporal/lambda/detail/duration_text.h>

#include <gtest/gtest.h>

namespace temporal::lambda::detail {
namespace {

using namespace std::chrono_literals;

TEST(ParseDuration, ReadsANumberWithItsUnit) {
  EXPECT_EQ(parse_duration("5s"), 5s);
  EXPECT_EQ(parse_duration("250ms"), 250ms);
  EXPECT_EQ(parse_duration("1.5s"), 1500ms);
  EXPECT_EQ(parse_duration("2m"), 2min);
  EXPECT_EQ(parse_duration("1h"), 1h);
  EXPECT_EQ(parse_duration("0s"), 0s);
}

TEST(ParseDuration, RefusesAnythingElse) {
  for (const auto* text :
       {"", "5", "s", "-1s", "5 s", "5sec", "nan", "inf", "infs", "nans", "1e300s", "99999999999h"}) {
    EXPECT_EQ(parse_duration(text), std::nullopt) << text;
  }
}

TEST(DurationText, IsShort) {
  EXPECT_EQ(to_text(7s), "7 s");
  EXPECT_EQ(to_text(1250ms), "1.25 s");
  EXPECT_EQ(to_text(-500ms), "-0.5 s");
  EXPECT_EQ(to_text(0s), "0 s");
}

}  // namespace
}  // namespace temporal::lambda::detail
