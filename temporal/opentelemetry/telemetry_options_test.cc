#include <temporal/common/client_errors.h>
#include <temporal/opentelemetry/telemetry.h>

#include <gmock/gmock.h>

#include <cmath>
#include <memory>

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
  expect_refused({.metrics = MetricsOptions{.exporter = EmfOptions{.max_metrics = 0}}}, "max_metrics");
  expect_refused({.traces = OtlpOptions{.endpoint = ""}}, "traces");
  expect_refused({.traces = OtlpOptions{.timeout = Duration::zero()}}, "timeout of traces");
  for (const double ratio : {-0.1, 1.1, std::nan("")}) expect_refused({.sampling = {.ratio = ratio}}, "0 and 1");
}

TEST(Telemetry, IsOneForEqualOptionsAsLongAsSomebodyHasIt) {
  const TelemetryOptions options{.service_name = "one"};
  auto one = Telemetry::shared(options);
  EXPECT_EQ(Telemetry::shared(options), one);
  EXPECT_NE(Telemetry::shared({.service_name = "another"}), one);
  const std::weak_ptr<Telemetry> gone = one;
  one.reset();
  EXPECT_TRUE(gone.expired());
}

TEST(Telemetry, WithoutExportersAndWithoutAConnectionThereIsNothingToFlush) {
  EXPECT_NO_THROW(Telemetry{TelemetryOptions{}}.flush(std::chrono::seconds{1}));
}
