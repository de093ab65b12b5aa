#include <temporal/opentelemetry/span_context.h>

#include <gtest/gtest.h>

using namespace temporal::opentelemetry;

TEST(SpanContext, TravelsAsTraceparent) {
  const std::string text = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  const auto context = parse_traceparent(text);
  ASSERT_TRUE(context);
  EXPECT_TRUE(context->sampled);
  EXPECT_EQ(to_hex(context->trace_id), "4bf92f3577b34da6a3ce929d0e0e4736");
  EXPECT_EQ(to_hex(context->span_id), "00f067aa0ba902b7");
  EXPECT_EQ(to_traceparent(*context), text);
  EXPECT_FALSE(parse_traceparent("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00")->sampled);
  EXPECT_TRUE(parse_traceparent("01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more")) << "a later version";
}

TEST(SpanContext, WhatIsNoTraceparentIsNone) {
  for (const auto* text : {"", "00", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
                           "00-4bf92f3577b34da6a3ce929d0e0e473x-00f067aa0ba902b7-01",
                           "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                           "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
                           "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
                           "00_4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"}) {
    EXPECT_FALSE(parse_traceparent(text)) << text;
  }
}

TEST(SpanContext, IsReadFromTheHeaderOfXRay) {
  const auto context = parse_xray_header("Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1");
  ASSERT_TRUE(context);
  EXPECT_EQ(to_hex(context->trace_id), "5759e988bd862e3fe1be46a994272793");
  EXPECT_EQ(to_hex(context->span_id), "53995c3f42cd8ad8");
  EXPECT_TRUE(context->sampled);
  EXPECT_FALSE(
      parse_xray_header("Root=1-5759e988-bd862e3fe1be46a994272793; Parent=53995c3f42cd8ad8;Sampled=0;Lineage=a:0")
          ->sampled);
  for (const auto* text : {"", "Root=1-5759e988-bd862e3fe1be46a994272793", "Root=1-5759e988;Parent=53995c3f42cd8ad8",
                           "Parent=53995c3f42cd8ad8;Sampled=1"}) {
    EXPECT_FALSE(parse_xray_header(text)) << text;
  }
}

TEST(SpanContext, ARatioOfTracesIsTheSameForAllWhoSeeThem) {
  const auto id = [](std::string_view hex) {
    return parse_traceparent("00-" + std::string{hex} + "-00f067aa0ba902b7-01")->trace_id;
  };
  // Python's `TraceIdRatioBased` looks at the same bytes.
  EXPECT_TRUE(is_within_ratio(id("ffffffffffffffff0fffffffffffffff"), 0.0625));
  EXPECT_FALSE(is_within_ratio(id("00000000000000011000000000000000"), 0.0625));
  EXPECT_FALSE(is_within_ratio(id("00000000000000010000000000000000"), 0));
  EXPECT_TRUE(is_within_ratio(id("0000000000000001ffffffffffffffff"), 1));
}
