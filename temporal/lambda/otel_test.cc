#include <temporal/lambda/otel.h>

#include <temporal/opentelemetry/telemetry.h>
#include <temporal/opentelemetry/tracing_interceptor.h>

#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <map>
#include <thread>
#include <variant>

using namespace temporal;
using namespace temporal::lambda;
using namespace temporal::opentelemetry;
using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

namespace {

const TelemetryOptions& chosen(const LambdaWorkerConfig& config) {
  return std::dynamic_pointer_cast<Telemetry>(config.client_connect_config.telemetry)->options();
}

const OtlpOptions& metrics_of(const TelemetryOptions& options) {
  return std::get<OtlpOptions>(options.metrics.value().exporter);
}

TelemetryOptions with(otel::Options options) {
  LambdaWorkerConfig config;
  otel::apply_defaults(config, options);
  return chosen(config);
}

class OtherInterceptor : public client::Interceptor, public worker::Interceptor {};

}  // namespace

TEST(LambdaOtel, J1_DefaultsTurnOnMetricsAndTraces) {
  const auto options = with({.environment = {}});
  EXPECT_TRUE(options.metrics && options.traces);
  EXPECT_EQ(metrics_of(options).protocol, OtlpProtocol::grpc);
}

TEST(LambdaOtel, J2_TheEndpointIsTheOptionOrTheVariableOrTheDefault) {
  const envconfig::Environment environment{{"OTEL_EXPORTER_OTLP_ENDPOINT", "http://there:1"}};
  const auto endpoints = [](const TelemetryOptions& options) {
    return std::pair{metrics_of(options).endpoint, options.traces->endpoint};
  };
  EXPECT_EQ(endpoints(with({.collector_endpoint = "http://here:2", .environment = environment})),
            (std::pair<std::string, std::string>{"http://here:2", "http://here:2"}));
  EXPECT_EQ(endpoints(with({.environment = environment})),
            (std::pair<std::string, std::string>{"http://there:1", "http://there:1"}));
  EXPECT_EQ(endpoints(with({.environment = {{"OTEL_EXPORTER_OTLP_ENDPOINT", ""}}})),
            (std::pair<std::string, std::string>{"http://localhost:4317", "http://localhost:4317"}));
}

TEST(LambdaOtel, J2_TheProtocolIsTheOptionOrTheVariable) {
  const envconfig::Environment environment{{"OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"}};
  const auto by_variable = *with({.environment = environment}).traces;
  EXPECT_EQ(by_variable.protocol, OtlpProtocol::http);
  EXPECT_EQ(by_variable.endpoint, "http://localhost:4318");
  const auto chosen = *with({.protocol = OtlpProtocol::grpc, .environment = environment}).traces;
  EXPECT_EQ(chosen.protocol, OtlpProtocol::grpc);
  EXPECT_EQ(chosen.endpoint, "http://localhost:4317");
  EXPECT_EQ(with({.environment = {{"OTEL_EXPORTER_OTLP_PROTOCOL", "smoke signals"}}}).traces->protocol,
            OtlpProtocol::grpc);
}

TEST(LambdaOtel, J3_TheServiceNameIsTheOptionOrAVariableOrTheDefault) {
  envconfig::Environment environment{{"OTEL_SERVICE_NAME", "shop"}, {"AWS_LAMBDA_FUNCTION_NAME", "orders"}};
  EXPECT_EQ(with({.service_name = "mine", .environment = environment}).service_name, "mine");
  EXPECT_EQ(with({.environment = environment}).service_name, "shop");
  environment.erase("OTEL_SERVICE_NAME");
  EXPECT_EQ(with({.environment = environment}).service_name, "orders");
  EXPECT_EQ(with({.environment = {}}).service_name, "temporal-lambda-worker");
}

TEST(LambdaOtel, TheResourceTellsEnvironmentsApart) {
  const envconfig::Environment environment{{"AWS_LAMBDA_FUNCTION_NAME", "orders"},
                                           {"AWS_LAMBDA_FUNCTION_VERSION", "7"},
                                           {"AWS_LAMBDA_LOG_STREAM_NAME", "2026/01/31/[7]abc"},
                                           {"AWS_REGION", "eu-central-1"},
                                           {"OTEL_RESOURCE_ATTRIBUTES", "team=payments,stage=test"}};
  using Resource = std::map<std::string, std::string>;
  EXPECT_EQ(with({.resource = {{"stage", "live"}}, .environment = environment}).resource,
            (Resource{{"cloud.platform", "aws_lambda"},
                      {"cloud.provider", "aws"},
                      {"cloud.region", "eu-central-1"},
                      {"faas.instance", "2026/01/31/[7]abc"},
                      {"faas.name", "orders"},
                      {"faas.version", "7"},
                      {"service.instance.id", "2026/01/31/[7]abc"},
                      {"stage", "live"},
                      {"team", "payments"}}));
}

TEST(LambdaOtel, OptionsGoBeforeVariables) {
  const envconfig::Environment environment{{"OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE", "delta"},
                                           {"OTEL_METRIC_EXPORT_INTERVAL", "7000"},
                                           {"OTEL_TRACES_SAMPLER", "always_off"},
                                           {"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://traces:1/all"},
                                           {"OTEL_EXPORTER_OTLP_COMPRESSION", "gzip"}};
  const auto by_variables = with({.environment = environment});
  EXPECT_TRUE(metrics_of(by_variables).delta && by_variables.traces->gzip && by_variables.traces->whole_url);
  EXPECT_EQ(by_variables.metrics->period, Duration{7s});
  EXPECT_EQ(by_variables.sampling.ratio, 0);
  const auto chosen = with({.collector_endpoint = "http://here:2",
                            .metric_period = 3s,
                            .delta = false,
                            .sampling = Sampling{.ratio = 0.5},
                            .environment = environment});
  EXPECT_FALSE(metrics_of(chosen).delta || chosen.traces->whole_url);
  EXPECT_EQ(chosen.traces->endpoint, "http://here:2");
  EXPECT_EQ(chosen.metrics->period, Duration{3s});
  EXPECT_EQ(chosen.sampling, Sampling{.ratio = 0.5});
}

TEST(LambdaOtel, AnEndpointThatCodeChoosesIsNeverAWholeUrl) {
  const auto chosen = with({.collector_endpoint = "http://traces:1",
                            .protocol = OtlpProtocol::http,
                            .environment = {{"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://traces:1"}}});
  EXPECT_FALSE(chosen.traces->whole_url);
}

TEST(LambdaOtel, ACallKeepsWhatTheCallBeforeHasChosen) {
  LambdaWorkerConfig config;
  const envconfig::Environment environment{{"OTEL_TRACES_SAMPLER", "always_off"}};
  otel::apply_tracing(config, {.sampling = Sampling{.ratio = 0.5}, .flush_timeout = 300ms, .environment = environment});
  otel::apply_emf(config, {}, {.environment = environment});
  EXPECT_EQ(chosen(config).sampling, Sampling{.ratio = 0.5});
  EXPECT_EQ(chosen(config).flush_timeout, Duration{300ms});
  EXPECT_TRUE(chosen(config).traces && chosen(config).metrics);
}

TEST(LambdaOtel, VariablesSwitchItOffInWholeOrInPart) {
  LambdaWorkerConfig config;
  const otel::Options disabled{.environment = {{"OTEL_SDK_DISABLED", "true"}}};
  otel::apply_defaults(config, disabled);
  otel::apply_tracing(config, disabled);
  otel::apply_emf(config, {}, disabled);
  EXPECT_EQ(config.client_connect_config.telemetry, nullptr);
  otel::apply_emf(config, {}, {.environment = {{"OTEL_METRICS_EXPORTER", "none"}}});
  EXPECT_EQ(config.client_connect_config.telemetry, nullptr);
  const auto metrics_alone = with({.environment = {{"OTEL_TRACES_EXPORTER", "none"}}});
  EXPECT_TRUE(metrics_alone.metrics && !metrics_alone.traces);
}

TEST(LambdaOtel, EmfSaysOnceThatLambdaDropsItsLines) {
  const envconfig::Environment environment{{"AWS_LAMBDA_LOG_FORMAT", "JSON"}, {"AWS_LAMBDA_LOG_LEVEL", "WARN"}};
  ::testing::internal::CaptureStderr();
  for (int i = 0; i < 2; ++i) {
    LambdaWorkerConfig config;
    otel::apply_emf(config, {}, {.environment = environment});
  }
  const auto log = ::testing::internal::GetCapturedStderr();
  EXPECT_THAT(log, HasSubstr(R"("level":"WARN","message":"Lambda drops the metrics)"));
  EXPECT_EQ(std::ranges::count(log, '\n'), 1);
  ::testing::internal::CaptureStderr();
  LambdaWorkerConfig config;
  otel::apply_emf(config, {}, {.environment = {{"AWS_LAMBDA_LOG_FORMAT", "JSON"}, {"AWS_LAMBDA_LOG_LEVEL", "INFO"}}});
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");
}

namespace {

std::size_t threads() {
  return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator{"/proc/self/task"}, {}));
}

}  // namespace

TEST(LambdaOtel, OptionsThatChangeWithEachInvocationLeaveNothingBehind) {
  const auto invocation = [](int token) {
    LambdaWorkerConfig config;
    otel::apply_defaults(config, {.collector_endpoint = "http://127.0.0.1:1",
                                  .headers = {{"authorization", std::to_string(token)}},
                                  .environment = {}});
    const auto telemetry = std::dynamic_pointer_cast<Telemetry>(config.client_connect_config.telemetry);
    telemetry->meter().counter("sold").add(1);  // makes the exporters
  };
  invocation(0);
  const auto before = threads();
  for (int token = 1; token <= 20; ++token) invocation(token);
  const auto until = std::chrono::steady_clock::now() + 60s;
  while (threads() > before && std::chrono::steady_clock::now() < until) std::this_thread::yield();
  EXPECT_LE(threads(), before);
}

TEST(LambdaOtel, J4_ThePeriodOfMetricsIsTheOptionOr10s) {
  EXPECT_EQ(with({.environment = {}}).metrics->period, Duration{10s});
  EXPECT_EQ(with({.metric_period = 3s, .environment = {}}).metrics->period, Duration{3s});
}

TEST(LambdaOtel, J5_MetricsAloneCanBeComposedWithOnesOwn) {
  auto options = otel::build_metrics_telemetry_config("http://here:2", "shop", 3s);
  EXPECT_EQ(metrics_of(options).endpoint, "http://here:2");
  EXPECT_EQ(options.service_name, "shop");
  EXPECT_EQ(options.metrics->period, Duration{3s});
  EXPECT_FALSE(options.traces);
  options.resource["team"] = "payments";
  LambdaWorkerConfig config;
  config.client_connect_config.telemetry = Telemetry::shared(options);
  otel::apply_tracing(config, {.environment = {}});
  EXPECT_EQ(chosen(config).resource.at("team"), "payments");
  EXPECT_EQ(metrics_of(chosen(config)).endpoint, "http://here:2");
  EXPECT_TRUE(chosen(config).traces);
}

TEST(LambdaOtel, J6_TracingAloneAddsOneInterceptorAndKeepsThoseThatAreThere) {
  LambdaWorkerConfig config;
  const auto other = std::make_shared<OtherInterceptor>();
  config.client_connect_config.interceptors = {other};
  config.worker_config.interceptors = {other};
  otel::apply_tracing(config, {.environment = {}});
  EXPECT_FALSE(chosen(config).metrics);
  const auto tracing =
      TracingInterceptor::shared(std::dynamic_pointer_cast<Telemetry>(config.client_connect_config.telemetry));
  EXPECT_THAT(config.worker_config.interceptors, ElementsAre(tracing, other));
  EXPECT_THAT(config.client_connect_config.interceptors, ElementsAre(tracing, other));
}

TEST(LambdaOtel, SpansGoWhereMetricsGoWhicheverWasChosenFirst) {
  LambdaWorkerConfig config;
  otel::apply_tracing(config, {.environment = {}});
  otel::apply_emf(config, {}, {.environment = {}});
  const auto telemetry = std::dynamic_pointer_cast<Telemetry>(config.client_connect_config.telemetry);
  EXPECT_TRUE(std::holds_alternative<EmfOptions>(telemetry->options().metrics->exporter));
  EXPECT_THAT(config.worker_config.interceptors, ElementsAre(TracingInterceptor::shared(telemetry)));
}

TEST(LambdaOtel, J8_AWarmInvocationUsesTheSameTelemetry) {
  LambdaWorkerConfig first;
  LambdaWorkerConfig second;
  for (auto* config : {&first, &second}) otel::apply_defaults(*config, {.environment = {}});
  EXPECT_EQ(first.client_connect_config.telemetry, second.client_connect_config.telemetry);
}
