#pragma once

#include <temporal/common/duration.h>
#include <temporal/envconfig/environment.h>
#include <temporal/opentelemetry/telemetry_options.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace temporal::lambda::detail {

/// What OpenTelemetry's variables choose for one signal.
struct OtelSignal {
  bool is_exported = true;
  std::optional<std::string> endpoint = {};
  bool whole_url = false;  ///< the endpoint is that of this signal alone
  std::optional<opentelemetry::OtlpProtocol> protocol = {};
  bool gzip = false;
  std::optional<Duration> timeout = {};
};

/// What the variables of OpenTelemetry's specification choose. See
/// https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/ and
/// https://opentelemetry.io/docs/specs/otel/protocol/exporter/.
struct OtelVariables {
  bool is_disabled = false;
  std::optional<std::string> service_name = {};
  std::map<std::string, std::string> resource = {};
  OtelSignal metrics = {};
  OtelSignal traces = {};
  std::optional<Duration> metric_period = {};
  std::optional<bool> delta = {};
  std::optional<opentelemetry::Sampling> sampling = {};
  std::vector<std::string> warnings = {};  ///< of what cannot be followed
};

/// Never throws for what a variable has: a warning says what is taken in its place.
[[nodiscard]] OtelVariables read_otel_variables(const envconfig::Environment& environment);

}  // namespace temporal::lambda::detail
