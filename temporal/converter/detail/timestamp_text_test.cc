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
}

TEST(TimestampText, IsReadWithAnyOffset) {
  EXPECT_EQ(parse_timestamp("2026-01-31T12:00:00Z"), noon);
  EXPECT_EQ(parse_timestamp("2026-01-31T12:00:00.000001+00:00"), noon + 1us);
  EXPECT_EQ(parse_timestamp("2026-01-31T13:30:00+01:30"), noon);
  EXPECT_EQ(parse_timestamp("2026-01-31T04:00:00-08:00"), noon);
}

TEST(TimestampText, OfAnyOtherFormIsRefused) {
  for (const auto* text : {"", "noon", "2026-01-31", "2026-02-30T12:00:00Z", "2026-01-31T12:00:00",
                           "2026-01-31T12:00:00.Z", "2026-01-31T12:00:00+01", "2026-01-31T12:00:00Z?"}) {
    EXPECT_EQ(parse_timestamp(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace temporal::converter::detail
