#include <temporal/lambda/detail/otel_variables.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cstdint>
#include <string_view>
#include <system_error>

namespace temporal::lambda::detail {
namespace {

using opentelemetry::OtlpProtocol;
using opentelemetry::Sampling;

/// Of the specification, but without effect here.
constexpr std::array without_effect = {"OTEL_ATTRIBUTE_COUNT_LIMIT",
                                       "OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT",
                                       "OTEL_BSP_EXPORT_TIMEOUT",
                                       "OTEL_BSP_MAX_EXPORT_BATCH_SIZE",
                                       "OTEL_BSP_MAX_QUEUE_SIZE",
                                       "OTEL_BSP_SCHEDULE_DELAY",
                                       "OTEL_CONFIG_FILE",
                                       "OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT",
                                       "OTEL_EXPORTER_OTLP_CERTIFICATE",
                                       "OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE",
                                       "OTEL_EXPORTER_OTLP_CLIENT_KEY",
                                       "OTEL_EXPORTER_OTLP_INSECURE",
                                       "OTEL_EXPORTER_OTLP_METRICS_CERTIFICATE",
                                       "OTEL_EXPORTER_OTLP_METRICS_CLIENT_CERTIFICATE",
                                       "OTEL_EXPORTER_OTLP_METRICS_CLIENT_KEY",
                                       "OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION",
                                       "OTEL_EXPORTER_OTLP_METRICS_INSECURE",
                                       "OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE",
                                       "OTEL_EXPORTER_OTLP_TRACES_CLIENT_CERTIFICATE",
                                       "OTEL_EXPORTER_OTLP_TRACES_CLIENT_KEY",
                                       "OTEL_EXPORTER_OTLP_TRACES_INSECURE",
                                       "OTEL_LINK_ATTRIBUTE_COUNT_LIMIT",
                                       "OTEL_METRICS_EXEMPLAR_FILTER",
                                       "OTEL_METRIC_EXPORT_TIMEOUT",
                                       "OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT",
                                       "OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT",
                                       "OTEL_SPAN_EVENT_COUNT_LIMIT",
                                       "OTEL_SPAN_LINK_COUNT_LIMIT"};

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

/// The whole text as a number.
template <class T>
std::optional<T> number(std::string_view text) {
  T value{};
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || stop != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<std::string> percent_decoded(std::string_view text) {
  std::string decoded;
  while (!text.empty()) {
    if (text.front() != '%') {
      decoded += text.front();
      text.remove_prefix(1);
      continue;
    }
    unsigned char byte = 0;
    const auto digits = text.substr(1, 2);
    const auto [stop, error] = std::from_chars(digits.data(), digits.data() + digits.size(), byte, 16);
    if (digits.size() != 2 || error != std::errc{} || stop != digits.data() + 2) return std::nullopt;
    decoded += static_cast<char>(byte);
    text.remove_prefix(3);
  }
  return decoded;
}

/// "a=1,b=2"; none for what is not in that form.
std::optional<std::map<std::string, std::string>> pairs(std::string_view text) {
  std::map<std::string, std::string> pairs;
  while (!text.empty()) {
    const auto end = std::min(text.find(','), text.size());
    const auto pair = trim(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (pair.empty()) continue;
    const auto equals = pair.find('=');
    if (equals == std::string_view::npos) return std::nullopt;
    const auto key = percent_decoded(trim(pair.substr(0, equals)));
    auto value = percent_decoded(trim(pair.substr(equals + 1)));
    if (!key || key->empty() || !value) return std::nullopt;
    pairs[*key] = *std::move(value);
  }
  return pairs;
}

class Reader {
 public:
  explicit Reader(const envconfig::Environment& environment) : environment_(environment) {}

  OtelVariables read() {
    chosen_.is_disabled = lower(text("OTEL_SDK_DISABLED").value_or("")) == "true";
    if (chosen_.is_disabled) return std::move(chosen_);
    chosen_.service_name = text("OTEL_SERVICE_NAME");
    read_resource();
    read_signal(chosen_.metrics, "METRICS");
    read_signal(chosen_.traces, "TRACES");
    chosen_.metric_period = milliseconds("OTEL_METRIC_EXPORT_INTERVAL");
    read_temporality();
    read_sampler();
    read_propagators();
    for (const auto* name : without_effect) {
      if (text(name)) chosen_.warnings.push_back(std::string{name} + " has no effect on the telemetry of this worker");
    }
    return std::move(chosen_);
  }

 private:
  [[nodiscard]] std::optional<std::string> text(const std::string& name) const {
    return envconfig::variable(environment_, name);
  }

  void warn(const std::string& name, const std::string& value, const std::string& instead) {
    chosen_.warnings.push_back(name + " is \"" + value + "\": " + instead);
  }

  std::optional<Duration> milliseconds(const std::string& name) {
    const auto written = text(name);
    if (!written) return std::nullopt;
    const auto value = number<std::uint32_t>(*written);
    if (value && *value > 0) return std::chrono::milliseconds{*value};
    warn(name, *written, "it should be a number of milliseconds above zero, and is ignored");
    return std::nullopt;
  }

  void read_resource() {
    const auto written = text("OTEL_RESOURCE_ATTRIBUTES");
    if (!written) return;
    auto found = pairs(*written);
    if (!found) {
      return warn("OTEL_RESOURCE_ATTRIBUTES", *written, "it should read like a=1,b=2, and is ignored");
    }
    if (auto name = found->extract("service.name"); name && !chosen_.service_name) {
      chosen_.service_name = std::move(name.mapped());
    }
    chosen_.resource = *std::move(found);
  }

  void read_signal(OtelSignal& signal, const std::string& name) {
    // The name of a variable that may be of this signal alone.
    const auto variable = [&](const std::string& what) {
      auto own = "OTEL_EXPORTER_OTLP_" + name + "_" + what;
      return text(own) ? own : "OTEL_EXPORTER_OTLP_" + what;
    };
    const auto exporter = text("OTEL_" + name + "_EXPORTER").value_or("otlp");
    signal.is_exported = exporter != "none";
    if (signal.is_exported && exporter != "otlp") {
      warn("OTEL_" + name + "_EXPORTER", exporter, "it should be otlp or none, and is taken for otlp");
    }
    const auto endpoint = variable("ENDPOINT");
    signal.endpoint = text(endpoint);
    signal.whole_url = endpoint != "OTEL_EXPORTER_OTLP_ENDPOINT";
    signal.timeout = milliseconds(variable("TIMEOUT"));
    read_protocol(signal, variable("PROTOCOL"));
    read_compression(signal, variable("COMPRESSION"));
  }

  void read_protocol(OtelSignal& signal, const std::string& name) {
    const auto written = text(name);
    if (!written) return;
    if (*written == "grpc") {
      signal.protocol = OtlpProtocol::grpc;
    } else if (*written == "http/protobuf") {
      signal.protocol = OtlpProtocol::http;
    } else if (*written == "http/json") {  // the same port and paths
      signal.protocol = OtlpProtocol::http;
      warn(name, *written, "it should be grpc or http/protobuf, and is taken for http/protobuf");
    } else {
      warn(name, *written, "it should be grpc or http/protobuf, and is taken for grpc");
    }
  }

  void read_compression(OtelSignal& signal, const std::string& name) {
    const auto written = text(name).value_or("none");
    signal.gzip = written == "gzip";
    if (!signal.gzip && written != "none") warn(name, written, "it should be gzip or none, and is taken for none");
  }

  void read_temporality() {
    const std::string name = "OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE";
    const auto written = text(name);
    if (!written) return;
    const auto preference = lower(*written);
    // What tells "lowmemory" from "delta" are instruments that there are none of here.
    if (preference == "delta" || preference == "lowmemory") {
      chosen_.delta = true;
    } else if (preference == "cumulative") {
      chosen_.delta = false;
    } else {
      warn(name, *written, "it should be cumulative, delta or lowmemory, and is ignored");
    }
  }

  void read_sampler() {
    const auto written = text("OTEL_TRACES_SAMPLER");
    if (!written) return;
    std::string_view root = *written;
    Sampling sampling;
    sampling.parent_based = root.starts_with("parentbased_");
    if (sampling.parent_based) root.remove_prefix(std::string_view{"parentbased_"}.size());
    if (root == "always_off") {
      sampling.ratio = 0;
    } else if (root == "traceidratio") {
      sampling.ratio = ratio();
    } else if (root != "always_on") {
      return warn(
          "OTEL_TRACES_SAMPLER", *written,
          "it should be always_on, always_off or traceidratio, or one of these after parentbased_, and is taken "
          "for parentbased_always_on");
    }
    chosen_.sampling = sampling;
  }

  double ratio() {
    const auto written = text("OTEL_TRACES_SAMPLER_ARG");
    if (!written) return 1;
    const auto value = number<double>(*written);
    if (value && *value >= 0 && *value <= 1) return *value;
    warn("OTEL_TRACES_SAMPLER_ARG", *written, "it should be a number from 0 to 1, and is taken for 1");
    return 1;
  }

  void read_propagators() {
    const auto written = text("OTEL_PROPAGATORS");
    if (!written || written->find("tracecontext") != std::string::npos) return;
    warn("OTEL_PROPAGATORS", *written, "calls of Temporal always carry tracecontext and baggage");
  }

  const envconfig::Environment& environment_;
  OtelVariables chosen_ = {};
};

}  // namespace

OtelVariables read_otel_variables(const envconfig::Environment& environment) { return Reader{environment}.read(); }

}  // namespace temporal::lambda::detail
