// A configuration file and environment variables. The first line with nothing but "---" ends the file; the lines after
// it are KEY=VALUE.
#include <temporal/common/errors.h>
#include <temporal/envconfig/load_client_config.h>

#include <unistd.h>

#include <cstdint>
#include <fstream>
#include <sstream>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string input{reinterpret_cast<const char*>(data), size};
  const auto end = input.find("\n---\n");
  static const std::string path = "/dev/shm/temporal-fuzz-" + std::to_string(::getpid()) + ".toml";
  std::ofstream{path} << input.substr(0, end);
  temporal::envconfig::Environment environment;
  std::istringstream lines{end == std::string::npos ? "" : input.substr(end + 5)};
  for (std::string line; std::getline(lines, line);) {
    const auto equals = line.find('=');
    // Paths of this machine are not the input's business.
    if (equals == std::string::npos || line.find("_PATH") < equals || line.find("_FILE") < equals) continue;
    environment[line.substr(0, equals)] = line.substr(equals + 1);
  }
  environment["TEMPORAL_CONFIG_FILE"] = path;
  try {
    (void)temporal::envconfig::load_client_config({.environment = environment});
  } catch (const temporal::Error&) {
  }
  return 0;
}
