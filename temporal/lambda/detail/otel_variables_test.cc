#include <temporal/lambda/detail/otel_variables.h>

#include <gmock/gmock.h>

#include <chrono>

namespace temporal::lambda::detail {
namespace {

using namespace std::chrono_literals;
using opentelemetry::OtlpProtocol;
using opentelemetry::Sampling;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;

/// What is chosen, with no more than this warning.
OtelVariables read(const envconfig::Environment& environment, const std::string& warning = {}) {
  auto chosen = read_otel_variables(environment);
  if (warning.empty()) {
    EXPECT_THAT(chosen.warnings, IsEmpty());
  } else {
    EXPECT_THAT(chosen.warnings, ElementsAre(HasSubstr(warning)));
  }
  return chosen;
}

TEST(OtelVariables, ThatAreNotSetChooseNothing) {
  const auto chosen = read({});
  EXPECT_FALSE(chosen.is_disabled || chosen.service_name || chosen.metric_period || chosen.delta || chosen.sampling);
  EXPECT_TRUE(chosen.metrics.is_exported && chosen.traces.is_exported);
  EXPECT_FALSE(chosen.metrics.endpoint || chosen.metrics.protocol || chosen.metrics.gzip);
}

TEST(OtelVariables, DisableTelemetry) {
  EXPECT_TRUE(read({{"OTEL_SDK_DISABLED", "True"}, {"OTEL_TRACES_SAMPLER", "loud"}}).is_disabled);
  EXPECT_FALSE(read({{"OTEL_SDK_DISABLED", "false"}}).is_disabled);
}

TEST(OtelVariables, NameTheResource) {
  const auto chosen = read({{"OTEL_RESOURCE_ATTRIBUTES", "team=payments, service.name=shop,x=a%2Cb%20c,"}});
  EXPECT_EQ(chosen.service_name, "shop");
  EXPECT_THAT(chosen.resource, ElementsAre(Pair("team", "payments"), Pair("x", "a,b c")));
  EXPECT_EQ(read({{"OTEL_SERVICE_NAME", "mine"}, {"OTEL_RESOURCE_ATTRIBUTES", "service.name=shop"}}).service_name,
            "mine");
  for (const auto* broken : {"team", "=x", "a=%2", "a=%zz"}) {
    EXPECT_THAT(read({{"OTEL_RESOURCE_ATTRIBUTES", broken}}, "it should read like a=1,b=2").resource, IsEmpty());
  }
}

TEST(OtelVariables, OfOneSignalGoBeforeThoseOfBoth) {
  const auto chosen = read({{"OTEL_EXPORTER_OTLP_ENDPOINT", "http://both:1"},
                            {"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://traces:2/in"},
                            {"OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"},
                            {"OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "http/protobuf"},
                            {"OTEL_EXPORTER_OTLP_COMPRESSION", "gzip"},
                            {"OTEL_EXPORTER_OTLP_METRICS_COMPRESSION", "none"},
                            {"OTEL_EXPORTER_OTLP_METRICS_TIMEOUT", "1500"},
                            {"OTEL_METRICS_EXPORTER", "none"}});
  EXPECT_EQ(chosen.metrics.endpoint, "http://both:1");
  EXPECT_EQ(chosen.traces.endpoint, "http://traces:2/in");
  EXPECT_FALSE(chosen.metrics.whole_url);
  EXPECT_TRUE(chosen.traces.whole_url);
  EXPECT_EQ(chosen.metrics.protocol, OtlpProtocol::grpc);
  EXPECT_EQ(chosen.traces.protocol, OtlpProtocol::http);
  EXPECT_FALSE(chosen.metrics.gzip);
  EXPECT_TRUE(chosen.traces.gzip);
  EXPECT_EQ(chosen.metrics.timeout, Duration{1500ms});
  EXPECT_EQ(chosen.traces.timeout, std::nullopt);
  EXPECT_FALSE(chosen.metrics.is_exported);
  EXPECT_TRUE(chosen.traces.is_exported);
}

TEST(OtelVariables, SayHowMetricsAreExported) {
  EXPECT_EQ(read({{"OTEL_METRIC_EXPORT_INTERVAL", "60000"}}).metric_period, Duration{60s});
  const std::string preference = "OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE";
  EXPECT_EQ(read({{preference, "Delta"}}).delta, true);
  EXPECT_EQ(read({{preference, "lowmemory"}}).delta, true);
  EXPECT_EQ(read({{preference, "cumulative"}}).delta, false);
  EXPECT_EQ(read({{preference, "often"}}, "cumulative, delta or lowmemory").delta, std::nullopt);
}

TEST(OtelVariables, ChooseTheSampler) {
  const auto sampler = [](const std::string& name, const std::string& argument = "") {
    return read({{"OTEL_TRACES_SAMPLER", name}, {"OTEL_TRACES_SAMPLER_ARG", argument}}).sampling.value();
  };
  EXPECT_EQ(sampler("always_on"), (Sampling{.ratio = 1, .parent_based = false}));
  EXPECT_EQ(sampler("always_off"), (Sampling{.ratio = 0, .parent_based = false}));
  EXPECT_EQ(sampler("traceidratio", "0.25"), (Sampling{.ratio = 0.25, .parent_based = false}));
  EXPECT_EQ(sampler("parentbased_always_on"), Sampling{});
  EXPECT_EQ(sampler("parentbased_always_off"), (Sampling{.ratio = 0}));
  EXPECT_EQ(sampler("parentbased_traceidratio", "1e-3"), (Sampling{.ratio = 0.001}));
  EXPECT_EQ(sampler("parentbased_traceidratio"), Sampling{});
}

TEST(OtelVariables, ThatCannotBeFollowedCostAWarningAndNoError) {
  const std::string arg = "OTEL_TRACES_SAMPLER_ARG";
  for (const auto* ratio : {"2", "-1", "nan", "half", "0.5x"}) {
    EXPECT_EQ(read({{"OTEL_TRACES_SAMPLER", "traceidratio"}, {arg, ratio}}, "from 0 to 1").sampling->ratio, 1);
  }
  EXPECT_FALSE(read({{"OTEL_TRACES_SAMPLER", "xray"}}, "taken for parentbased_always_on").sampling);
  for (const auto* period : {"0", "-5", "soon", "99999999999"}) {
    EXPECT_FALSE(read({{"OTEL_METRIC_EXPORT_INTERVAL", period}}, "milliseconds above zero").metric_period);
  }
  EXPECT_EQ(read({{"OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "http/json"}}, "taken for http/protobuf").traces.protocol,
            OtlpProtocol::http);
  EXPECT_FALSE(read({{"OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "smoke"}}, "taken for grpc").traces.protocol);
  EXPECT_FALSE(read({{"OTEL_EXPORTER_OTLP_TRACES_COMPRESSION", "zstd"}}, "gzip or none").traces.gzip);
  EXPECT_TRUE(read({{"OTEL_TRACES_EXPORTER", "zipkin"}}, "taken for otlp").traces.is_exported);
  read({{"OTEL_PROPAGATORS", "xray"}}, "always carry tracecontext");
  read({{"OTEL_PROPAGATORS", "tracecontext,xray"}});
  read({{"OTEL_SPAN_LINK_COUNT_LIMIT", "3"}}, "OTEL_SPAN_LINK_COUNT_LIMIT has no effect");
  read({{"OTEL_PYTHON_LOG_LEVEL", "debug"}});
}

}  // namespace
}  // namespace temporal::lambda::detail
