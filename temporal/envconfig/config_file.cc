#include <temporal/envconfig/config_file.h>

#include <temporal/common/client_errors.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <system_error>

namespace temporal::envconfig {
namespace {

constexpr const char* file_name = "/temporal.toml";

[[noreturn]] void refuse(const std::string& path, const std::string& what, int error) {
  throw ConfigurationError(what + " " + path + " cannot be read: " + std::generic_category().message(error));
}

}  // namespace

std::optional<std::string> read_file(const std::string& path, const std::string& what) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file{std::fopen(path.c_str(), "re"), std::fclose};
  if (!file) {
    if (errno == ENOENT || errno == ENOTDIR) return std::nullopt;
    refuse(path, what, errno);
  }
  std::string text;
  std::array<char, 4096> chunk{};
  while (const auto count = std::fread(chunk.data(), 1, chunk.size(), file.get())) text.append(chunk.data(), count);
  if (std::ferror(file.get()) != 0) refuse(path, what, errno);
  return text;
}

ConfigFileSearch find_config_file(const Environment& environment, const std::vector<std::string>& folders) {
  const std::string what = "the configuration file";
  if (const auto path = variable(environment, "TEMPORAL_CONFIG_FILE")) {
    if (auto text = read_file(*path, what)) return {.file = ConfigFile{*path, std::move(*text)}};
    return {.warning = "TEMPORAL_CONFIG_FILE names " + *path +
                       ", which does not exist: the environment variables alone count"};
  }
  for (const auto& folder : folders) {
    const auto path = folder + file_name;
    if (auto text = read_file(path, what)) return {.file = ConfigFile{path, std::move(*text)}};
  }
  return {};
}

}  // namespace temporal::envconfig
