#pragma once

#include <tools/temporal-lambda/local/arn.h>
#include <tools/temporal-lambda/local/cpu_share.h>
#include <tools/temporal-lambda/local/http_server.h>

#include <chrono>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace temporal::local_lambda {

/// One function, as `aws lambda create-function` would be told of it.
struct FunctionConfig {
  std::string name = {};
  std::string version = latest;     ///< or a number, as a published version has
  std::filesystem::path code = {};  ///< a zip, a folder with a bootstrap in it, or the bootstrap itself
  std::map<std::string, std::string> environment = {};
  std::chrono::milliseconds timeout = std::chrono::seconds{60};
  int memory_mb = 256;
  std::size_t concurrency = 10;
};

/// A name for a version of a function.
struct Alias {
  std::string function = {};
  std::string name = {};
  std::string version = {};
};

struct LocalOptions {
  Place place = {};
  int port = 0;                                ///< zero: any free one
  std::vector<FunctionConfig> functions = {};  ///< and versions of functions
  std::vector<Alias> aliases = {};
  std::filesystem::path event_log = {};  ///< JSON lines; none when empty
  bool freeze = true;
  std::optional<CpuController> cpu = {};  ///< limits functions to their share of the CPU; they have all of it without
  bool extension = false;                 ///< environments are ended as beside an extension
  bool active_tracing = false;            ///< X-Ray records each invocation
  std::chrono::milliseconds start_delay = std::chrono::seconds{0};  ///< before the process of a new environment starts
  std::chrono::milliseconds init_timeout = std::chrono::seconds{10};
  std::chrono::milliseconds idle_timeout = std::chrono::minutes{5};  ///< after which an unused environment is retired
  std::chrono::milliseconds retire_grace = std::chrono::milliseconds{500};  ///< from SIGTERM to SIGKILL
  std::chrono::milliseconds retry_delay = std::chrono::seconds{1};          ///< before a failed event is tried again
  int event_retries = 2;
  HttpServer::Limits api_limits = {.silence = std::chrono::seconds{60}, .connections = 1000};
  std::chrono::milliseconds event_age = std::chrono::hours{6};             ///< older events are dropped
  std::chrono::milliseconds memory_check = std::chrono::milliseconds{20};  ///< between two looks at the memory used
};

/// What the command line says of functions, in the order it was said.
struct FunctionArguments {
  std::vector<std::string> functions = {};         ///< name=path, or name:5=path for a version
  std::vector<std::string> environment = {};       ///< KEY=VALUE for all, name:KEY=VALUE or name:5:KEY=VALUE for one
  std::vector<std::string> pass_environment = {};  ///< names taken from our own environment
  double timeout_seconds = 60;
  int memory_mb = 256;
  std::size_t concurrency = 10;
};

/// Adds the functions of the command line to those `configured` by a file, and the environment variables to both.
/// @throws std::invalid_argument that says what to write instead.
std::vector<FunctionConfig> functions_from_arguments(const FunctionArguments& arguments,
                                                     std::vector<FunctionConfig> configured = {});

/// Reads name:alias=version. @throws std::invalid_argument
Alias alias_from_argument(const std::string& argument);

/// Reads the functions of a TOML file; see functions.example.toml. Paths are relative to the file.
/// @throws std::invalid_argument with the file, the line and what is wrong.
std::vector<FunctionConfig> functions_from_toml(const std::filesystem::path& file);

/// @throws std::invalid_argument for a name that is no function name, a name twice, code that does not exist, limits
/// out of range.
void validate(const LocalOptions& options);

}  // namespace temporal::local_lambda
