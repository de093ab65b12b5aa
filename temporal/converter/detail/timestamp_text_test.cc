#include <temporal/converter/detail/timestamp_text.h>

#include <gtest/gtest.h>

namespace temporal::converter::detail {
namespace {

using namespace std::chrono_literals;

constexpr Timestamp noon{std::chrono::sys_days{std::chrono::year{2026} / 1 / 31} + 12h};

TEST(TimestampText, IsUtcWithTheDigitsThatItNeeds) {
  EXPECT_EQ(to_text(noon), "2026-01-31T12:00:00Z");
  EXPECT_EQ(to_text(noon + 500ms), "2026-01-31T12:00:00.5Z");
  EXPECT_EQ(to_text(noon + 1us), "2026-01-31T12:00:00.000001Z");
  EXPECT_EQ(to_text(Timestamp{} - 1ms), "1969-12-31T23:59:59.999Z");
  EXPECT_EQ(to_text(Timestamp::max()), "2262-04-11T23:47:16.854775807Z");
  EXPECT_EQ(to_text(Timestamp::min()), "1677-09-21T00:12:43.145224192Z");
}

TEST(TimestampText, IsReadWithAnyOffset) {
  EXPECT_EQ(parse_timestamp("2026-01-31T12:00:00Z"), noon);
  EXPECT_EQ(parse_timestamp("2026-01-31T12:00:00.000001+00:00"), noon + 1us);
  EXPECT_EQ(parse_timestamp("2026-01-31T13:30:00+01:30"), noon);
  EXPECT_EQ(parse_timestamp("2026-01-31T04:00:00-08:00"), noon);
  EXPECT_EQ(parse_timestamp("2026-01-31t12:00:00.0000000019z"), noon + 1ns);
  EXPECT_EQ(parse_timestamp("2026-01-31T11:59:60Z"), noon) << "a leap second";
  for (const auto time : {Timestamp::max(), Timestamp::min(), Timestamp::max() - 1s, Timestamp::min() + 1s}) {
    EXPECT_EQ(parse_timestamp(to_text(time)), time);
  }
}

TEST(TimestampText, OutsideOfWhatThereIsBecomesTheNearest) {
  for (const auto* text : {"9999-12-31T23:59:59Z", "2262-04-11T23:47:16.854775808Z", "2262-04-11T23:47:17Z",
                           "2300-01-01T00:00:00+23:59"}) {
    EXPECT_EQ(parse_timestamp(text), Timestamp::max()) << text;
  }
  for (const auto* text :
       {"0001-01-01T00:00:00Z", "0000-01-01T00:00:00Z", "1677-09-21T00:12:43Z", "1600-01-01T00:00:00-23:59"}) {
    EXPECT_EQ(parse_timestamp(text), Timestamp::min()) << text;
  }
}

TEST(TimestampText, OfAnyOtherFormIsRefused) {
  for (const auto* text : {"",
                           "noon",
                           "2026-01-31",
                           "2026-02-30T12:00:00Z",
                           "2026-01-31T12:00:00",
                           "2026-01-31T12:00:00.Z",
                           "2026-01-31T12:00:00+01",
                           "2026-01-31T12:00:00Z?",
                           "2026-01-31T25:00:00Z",
                           "2026-01-31T12:60:00Z",
                           "2026-01-31T12:00:61Z",
                           "2026-01-31T12:00:00+24:00",
                           "2026-01-31T12:00:00+01:60",
                           "2026-13-31T12:00:00Z",
                           "-001-01-31T12:00:00Z",
                           "2026-01-31T-1:00:00Z",
                           "2026-01-31 12:00:00Z",
                           "12026-01-31T12:00:00Z",
                           "2026-01-31T12:00:00.5",
                           " 2026-01-31T12:00:00Z"}) {
    EXPECT_EQ(parse_timestamp(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace temporal::converter::detail
