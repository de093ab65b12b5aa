#include <tools/temporal-lambda/local/arn.h>

namespace temporal::local_lambda {

std::optional<FunctionName> parse_function_name(std::string_view text, const Place& place) {
  if (text.starts_with("arn:")) {
    const auto prefix = function_arn(place, "");
    if (!text.starts_with(prefix)) return std::nullopt;
    text.remove_prefix(prefix.size());
  }
  const auto colon = text.find(':');
  FunctionName parsed{.name = std::string{text.substr(0, colon)}};
  if (colon != std::string_view::npos) parsed.qualifier = text.substr(colon + 1);
  if (parsed.name.empty() || parsed.qualifier.find(':') != std::string::npos) return std::nullopt;
  return parsed;
}

std::string qualified(const std::string& name, const std::string& version) {
  return version == latest ? name : name + ":" + version;
}

std::string function_arn(const Place& place, const std::string& name, const std::string& qualifier) {
  auto arn = "arn:aws:lambda:" + place.region + ":" + place.account + ":function:" + name;
  if (!qualifier.empty()) arn += ":" + qualifier;
  return arn;
}

}  // namespace temporal::local_lambda
