#include <temporal/common/client_errors.h>
#include <temporal/opentelemetry/telemetry.h>

#include <gmock/gmock.h>

using namespace temporal;
using namespace temporal::opentelemetry;
using ::testing::HasSubstr;

namespace {

void expect_refused(const TelemetryOptions& options, const std::string& reason) {
  try {
    Telemetry{options};
    ADD_FAILURE() << "was taken";
  } catch (const ConfigurationError& error) {
    EXPECT_THAT(error.what(), HasSubstr(reason));
  }
}

}  // namespace

TEST(TelemetryOptions, ThatCannotWorkAreRefusedWithTheFieldAndWhatToChange) {
  expect_refused({.service_name = ""}, "service name is empty");
  expect_refused({.metrics = MetricsOptions{.exporter = OtlpOptions{.endpoint = "localhost:4317"}}},
                 "should read like http://localhost:4317");
  expect_refused({.metrics = MetricsOptions{.period = Duration::zero()}}, "period");
  expect_refused({.metrics = MetricsOptions{.exporter = EmfOptions{.namespace_ = ""}}}, "namespace of EMF");
  expect_refused({.metrics = MetricsOptions{.exporter = EmfOptions{.dimensions = std::vector<std::string>(31, "a")}}},
                 "30 dimensions");
  expect_refused({.traces = OtlpOptions{.endpoint = ""}}, "traces");
}

TEST(Telemetry, IsOneForEqualOptions) {
  const TelemetryOptions options{.service_name = "one"};
  EXPECT_EQ(Telemetry::shared(options), Telemetry::shared(options));
  EXPECT_NE(Telemetry::shared(options), Telemetry::shared({.service_name = "another"}));
}

TEST(Telemetry, WithoutExportersAndWithoutAConnectionThereIsNothingToFlush) {
  EXPECT_NO_THROW(Telemetry{TelemetryOptions{}}.flush(std::chrono::seconds{1}));
}

TEST(OtlpOptions, TheProtocolIsOneOfTwo) {
  EXPECT_EQ(parse_otlp_protocol("grpc"), OtlpProtocol::grpc);
  EXPECT_EQ(parse_otlp_protocol("http/protobuf"), OtlpProtocol::http);
  try {
    (void)parse_otlp_protocol("http/json");
    FAIL() << "no error";
  } catch (const ConfigurationError& error) {
    EXPECT_STREQ(error.what(), "OTEL_EXPORTER_OTLP_PROTOCOL is \"http/json\": it should be grpc or http/protobuf");
  }
}
