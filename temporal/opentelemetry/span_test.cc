#include <temporal/opentelemetry/span.h>
#include <temporal/opentelemetry/telemetry.h>

#include <gtest/gtest.h>

#include <chrono>

using namespace temporal;
using namespace temporal::opentelemetry;

TEST(Span, WithoutAParentBeginsATraceWhoseIdHasTheTimeInFront) {
  const auto before = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  const Span span{nullptr, {.name = "first"}};
  ASSERT_TRUE(span.context().is_valid());
  const auto seconds = std::stoul(to_hex(span.context().trace_id).substr(0, 8), nullptr, 16);
  EXPECT_GE(static_cast<std::time_t>(seconds), before);
  EXPECT_LE(static_cast<std::time_t>(seconds), before + 60);
}

TEST(Span, BelongsToTheTraceOfItsParentAndIsSampledAsThatIs) {
  Span parent{nullptr, {.name = "first"}};
  auto context = parent.context();
  const Span child{nullptr, {.name = "second", .parent = context}};
  EXPECT_EQ(child.context().trace_id, context.trace_id);
  EXPECT_NE(child.context().span_id, context.span_id);
  EXPECT_TRUE(child.context().sampled);
  context.sampled = false;
  EXPECT_FALSE((Span{nullptr, {.name = "third", .parent = context}}.context().sampled));
}

TEST(Span, HasTheIdentityThatItIsGiven) {
  const auto context = parse_traceparent("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
  EXPECT_EQ((Span{nullptr, {.name = "run", .context = context}}.context()), *context);
}

TEST(Span, ThatIsEmptyOrHasEndedIsOfNone) {
  Span empty;
  empty.set_attribute("a", true);
  empty.add_event("nothing");
  empty.end();
  EXPECT_FALSE(empty.context().is_valid());
  Span span{nullptr, {.name = "first"}};
  span.end();
  EXPECT_FALSE(span.context().is_valid());
}

TEST(Span, IsSampledAsTheTelemetrySays) {
  const auto sampled = [](Sampling sampling, std::optional<SpanContext> parent) {
    const auto telemetry = std::make_shared<Telemetry>(TelemetryOptions{.sampling = sampling});
    return Span{telemetry, {.name = "a", .parent = parent}}.context().sampled;
  };
  auto recorded = parse_traceparent("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
  auto not_recorded = parse_traceparent("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00");
  EXPECT_TRUE(sampled({}, {}));
  EXPECT_FALSE(sampled({.ratio = 0}, {}));
  EXPECT_TRUE(sampled({.ratio = 0}, recorded)) << "as its parent is";
  EXPECT_FALSE(sampled({.ratio = 1}, not_recorded));
  EXPECT_FALSE(sampled({.ratio = 0, .parent_based = false}, recorded));
  EXPECT_TRUE(sampled({.ratio = 1, .parent_based = false}, not_recorded));
}

TEST(Span, OfARatioAreAboutThatMany) {
  const auto telemetry = std::make_shared<Telemetry>(TelemetryOptions{.sampling = {.ratio = 0.25}});
  int sampled = 0;
  for (int i = 0; i < 4000; ++i) sampled += Span{telemetry, {.name = "a"}}.context().sampled ? 1 : 0;
  EXPECT_NEAR(sampled, 1000, 200);  // seven times the deviation that chance has
}
