#include <temporal/envconfig/load_client_config.h>

#include <temporal/common/client_errors.h>
#include <temporal/common/utf8.h>
#include <temporal/core/runtime.h>
#include <temporal/envconfig/config_file.h>
#include <temporal/envconfig/detail/redact.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>

namespace temporal::envconfig {
namespace {

constexpr std::array boolean_variables = {"TEMPORAL_TLS", "TEMPORAL_TLS_DISABLE_HOST_VERIFICATION"};

std::vector<std::string> user_folders(const Environment& environment) {
  if (const auto folder = variable(environment, "XDG_CONFIG_HOME")) return {*folder + "/temporalio"};
  if (const auto home = variable(environment, "HOME")) return {*home + "/.config/temporalio"};
  return {};
}

/// Core ignores a boolean that it cannot read; "TEMPORAL_TLS=yes" would then silently mean no TLS.
void check_booleans(const Environment& environment) {
  for (const auto* name : boolean_variables) {
    auto value = variable(environment, name).value_or("true");
    std::transform(value.begin(), value.end(), value.begin(), [](unsigned char c) { return std::tolower(c); });
    if (value != "true" && value != "false" && value != "1" && value != "0") {
      throw ConfigurationError(std::string{name} + " is \"" + value + "\": set it to true or false");
    }
  }
}

/// The file's own words for what is wrong with it, after its name.
[[noreturn]] void refuse(const core::Error& error, const std::optional<ConfigFile>& file) {
  const auto message = detail::redact_toml_error(error.what());
  const bool is_about_the_file = file && message.find("TEMPORAL_") == std::string::npos;
  throw ConfigurationError(is_about_the_file ? file->path + ": " + message : message);
}

bridge::v1::ClientProfile load_profile(const LoadOptions& options, const std::optional<ConfigFile>& file) {
  bridge::v1::EnvConfigRequest request;
  if (file) {
    request.set_has_toml(true);
    request.set_toml(file->text);
  }
  request.set_profile(options.profile.value_or(""));
  for (const auto& [name, value] : options.environment) {
    // An empty variable is none, but an empty header takes back that of the file.
    if (!name.starts_with("TEMPORAL_") || (value.empty() && !name.starts_with("TEMPORAL_GRPC_META_"))) continue;
    if (!temporal::detail::is_valid_utf8(name) || !temporal::detail::is_valid_utf8(value))
      throw ConfigurationError("the variable " + name + " is not UTF-8");
    (*request.mutable_environment())[name] = value;
  }
  try {
    return core::load_client_config(request);
  } catch (const core::Error& error) {
    refuse(error, file);
  }
}

std::string read(const bridge::v1::DataSource& source, const std::string& what) {
  if (source.path().empty()) return source.data();
  auto text = read_file(source.path(), what);
  if (!text) throw ConfigurationError(what + " " + source.path() + " does not exist");
  return std::move(*text);
}

client::ConnectOptions to_options(const bridge::v1::ClientProfile& profile) {
  client::ConnectOptions options;
  if (!profile.address().empty()) options.address = profile.address();
  if (!profile.namespace_().empty()) options.namespace_ = profile.namespace_();
  if (!profile.api_key().empty()) options.api_key = profile.api_key();
  for (const auto& [name, value] : profile.metadata()) options.metadata[name] = value;
  options.disable_tls = profile.has_tls_disabled() && profile.tls_disabled();
  if (profile.has_tls()) {
    options.tls = client::TlsOptions{
        .server_ca = read(profile.server_ca(), "the server CA certificate"),
        .client_certificate = read(profile.client_certificate(), "the client certificate"),
        .client_private_key = read(profile.client_private_key(), "the client key"),
        .server_name = profile.server_name(),
        .disable_host_verification = profile.disable_host_verification(),
    };
  }
  return options;
}

std::optional<std::string> non_empty(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional{text};
}

}  // namespace

ClientConfig load_client_config(const LoadOptions& options) {
  check_booleans(options.environment);
  const auto found = find_config_file(options.environment, options.folders.value_or(user_folders(options.environment)));
  const auto profile = load_profile(options, found.file);
  ClientConfig config{
      .connect = to_options(profile),
      .codec = {.endpoint = non_empty(profile.codec_endpoint()), .auth = non_empty(profile.codec_auth())},
      .secrets = {.api_key = profile.secret_ids().api_key(),
                  .client_certificate = profile.secret_ids().client_certificate(),
                  .client_private_key = profile.secret_ids().client_private_key(),
                  .server_ca = profile.secret_ids().server_ca()},
      .task_queue = variable(options.environment, "TEMPORAL_TASK_QUEUE"),
  };
  if (found.warning) config.warnings.push_back(*found.warning);
  return config;
}

}  // namespace temporal::envconfig
