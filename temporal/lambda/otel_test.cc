#include <temporal/lambda/otel.h>

#include <temporal/opentelemetry/telemetry.h>
#include <temporal/opentelemetry/tracing_interceptor.h>

#include <gmock/gmock.h>

#include <variant>

using namespace temporal;
using namespace temporal::lambda;
using namespace temporal::opentelemetry;
using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::SizeIs;

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
  EXPECT_THROW(with({.environment = {{"OTEL_EXPORTER_OTLP_PROTOCOL", "smoke signals"}}}), ConfigurationError);
}

TEST(LambdaOtel, J3_TheServiceNameIsTheOptionOrAVariableOrTheDefault) {
  envconfig::Environment environment{{"OTEL_SERVICE_NAME", "shop"}, {"AWS_LAMBDA_FUNCTION_NAME", "orders"}};
  EXPECT_EQ(with({.service_name = "mine", .environment = environment}).service_name, "mine");
  EXPECT_EQ(with({.environment = environment}).service_name, "shop");
  environment.erase("OTEL_SERVICE_NAME");
  EXPECT_EQ(with({.environment = environment}).service_name, "orders");
  EXPECT_EQ(with({.environment = {}}).service_name, "temporal-lambda-worker");
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

TEST(LambdaOtel, J6_TracingAloneAddsOneInterceptorAndOneHookAndKeepsThoseThatAreThere) {
  LambdaWorkerConfig config;
  const auto other = std::make_shared<OtherInterceptor>();
  config.client_connect_config.interceptors = {other};
  config.worker_config.interceptors = {other};
  config.shutdown_hooks.emplace_back([](Duration) {});
  otel::apply_tracing(config, {.environment = {}});
  EXPECT_FALSE(chosen(config).metrics);
  const auto tracing =
      TracingInterceptor::shared(std::dynamic_pointer_cast<Telemetry>(config.client_connect_config.telemetry));
  EXPECT_THAT(config.worker_config.interceptors, ElementsAre(tracing, other));
  EXPECT_THAT(config.client_connect_config.interceptors, ElementsAre(tracing, other));
  EXPECT_THAT(config.shutdown_hooks, SizeIs(2));
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
