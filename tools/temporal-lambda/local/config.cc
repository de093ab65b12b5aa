#include <tools/temporal-lambda/local/config.h>

#include <toml++/toml.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <set>
#include <stdexcept>
#include <utility>

namespace temporal::local_lambda {
namespace {

[[noreturn]] void refuse(const std::string& why) { throw std::invalid_argument{why}; }

[[noreturn]] void refuse_owner(const std::string& argument, const std::string& owner) {
  refuse("'" + argument + "' names the function " + owner + ", and there is none");
}

std::pair<std::string, std::string> split(const std::string& text, const std::string& form) {
  const auto equals = text.find('=');
  if (equals == std::string::npos || equals == 0) refuse("'" + text + "' should read " + form);
  return {text.substr(0, equals), text.substr(equals + 1)};
}

/// Lambda takes no fractions.
std::chrono::milliseconds timeout_of(double seconds, const std::string& what) {
  if (!(seconds >= 1 && seconds <= 900) || seconds != std::floor(seconds)) {
    refuse(what + " should be a whole number of seconds, 1 to 900");
  }
  return std::chrono::seconds{static_cast<std::int64_t>(seconds)};
}

std::string text_of(const toml::node& value, const std::string& setting) {
  if (!value.is_string()) refuse(setting + " should be a string: put it in quotes");
  return value.value_or(std::string{});
}

/// "hello" and "hello:5".
std::pair<std::string, std::string> name_and_version(const std::string& text) {
  const auto colon = text.find(':');
  if (colon == std::string::npos) return {text, latest};
  return {text.substr(0, colon), text.substr(colon + 1)};
}

bool owns(const std::string& owner, const FunctionConfig& function) {
  if (owner.empty() || owner == function.name) return true;
  return name_and_version(owner) == std::pair{function.name, function.version};
}

FunctionConfig function_from_table(const std::string& name, const toml::table& table,
                                   const std::filesystem::path& folder) {
  auto [function_name, version] = name_and_version(name);
  FunctionConfig function{.name = std::move(function_name), .version = std::move(version)};
  const auto setting = [&name](const std::string& variable) {
    return "environment." + variable + " of function " + name;
  };
  for (const auto& [key, value] : table) {
    if (key == "code") {
      function.code = folder / text_of(value, "code of function " + name);
    } else if (key == "timeout") {
      function.timeout = timeout_of(value.value_or(0.0), "the timeout of function " + name);
    } else if (key == "memory") {
      function.memory_mb = value.value_or(0);
    } else if (key == "concurrency") {
      function.concurrency = value.value_or(std::size_t{0});
    } else if (key == "environment" && value.is_table()) {
      for (const auto& [variable, text] : *value.as_table()) {
        const std::string variable_name{variable.str()};
        function.environment[variable_name] = text_of(text, setting(variable_name));
      }
    } else {
      refuse("function " + name + " has no setting '" + std::string{key.str()} +
             "': it takes code, timeout, memory, concurrency and a table environment");
    }
  }
  return function;
}

}  // namespace

std::vector<FunctionConfig> functions_from_arguments(const FunctionArguments& arguments,
                                                     std::vector<FunctionConfig> functions) {
  for (const auto& argument : arguments.functions) {
    auto [name, code] = split(argument, "name=path");
    auto [function, version] = name_and_version(name);
    functions.push_back({.name = std::move(function),
                         .version = std::move(version),
                         .code = std::move(code),
                         .timeout = timeout_of(arguments.timeout_seconds, "--timeout"),
                         .memory_mb = arguments.memory_mb,
                         .concurrency = arguments.concurrency});
  }
  for (const auto& argument : arguments.environment) {
    auto [variable, value] = split(argument, "KEY=VALUE or function:KEY=VALUE");
    const auto colon = variable.rfind(':');
    const auto owner = colon == std::string::npos ? "" : variable.substr(0, colon);
    if (colon != std::string::npos) variable.erase(0, colon + 1);
    if (std::ranges::none_of(functions, [&](const auto& function) { return owns(owner, function); })) {
      refuse_owner(argument, owner);
    }
    for (auto& function : functions) {
      if (owns(owner, function)) function.environment[variable] = value;
    }
  }
  for (const auto& variable : arguments.pass_environment) {
    const char* value = std::getenv(variable.c_str());
    if (value == nullptr) refuse("--pass-env " + variable + ": it is not set here");
    for (auto& function : functions) function.environment[variable] = value;
  }
  return functions;
}

Alias alias_from_argument(const std::string& argument) {
  const std::string form = "name:alias=version";
  auto [left, version] = split(argument, form);
  const auto colon = left.find(':');
  if (colon == std::string::npos || version.empty()) refuse("'" + argument + "' should read " + form);
  return {.function = left.substr(0, colon), .name = left.substr(colon + 1), .version = version};
}

std::vector<FunctionConfig> functions_from_toml(const std::filesystem::path& file) {
  try {
    const auto document = toml::parse_file(file.string());
    std::vector<FunctionConfig> functions;
    const auto* tables = document["function"].as_table();
    if (tables == nullptr) refuse("no [function.NAME] table");
    for (const auto& [name, value] : *tables) {
      if (!value.is_table()) refuse("function." + std::string{name.str()} + " should be a table");
      functions.push_back(function_from_table(std::string{name.str()}, *value.as_table(), file.parent_path()));
    }
    return functions;
  } catch (const toml::parse_error& error) {
    refuse(file.string() + ", line " + std::to_string(error.source().begin.line) + ": " +
           std::string{error.description()});
  } catch (const std::invalid_argument& error) {
    refuse(file.string() + ": " + error.what());
  }
}

void validate(const LocalOptions& options) {
  if (options.functions.empty()) refuse("no function: name one with --function name=path or in --config FILE");
  const auto is_allowed = [](unsigned char c) { return std::isalnum(c) != 0 || c == '-' || c == '_'; };
  std::set<std::pair<std::string, std::string>> versions;
  for (const auto& function : options.functions) {
    if (function.name.empty() || function.name.size() > 64 || !std::ranges::all_of(function.name, is_allowed)) {
      refuse("'" + function.name + "' is no function name: use up to 64 letters, digits, hyphens and underscores");
    }
    const bool is_number = !function.version.empty() &&
                           std::ranges::all_of(function.version, [](unsigned char c) { return std::isdigit(c) != 0; });
    if (function.version != latest && !is_number) {
      refuse("'" + function.version + "' is no version of function " + function.name + ": use a number");
    }
    const auto name = qualified(function.name, function.version);
    if (!versions.insert({function.name, function.version}).second) refuse("function " + name + " is there twice");
    if (!std::filesystem::exists(function.code)) {
      refuse("function " + name + ": " + function.code.string() + " does not exist; build it first?");
    }
    if (function.timeout <= std::chrono::seconds{0} || function.timeout > std::chrono::seconds{900}) {
      refuse("function " + name + ": the timeout should be above 0 and at most 900 seconds");
    }
    if (function.memory_mb < 128 || function.memory_mb > 10240) {
      refuse("function " + name + ": the memory should be 128 to 10240 MB");
    }
    if (function.concurrency == 0) refuse("function " + name + ": the concurrency should be at least 1");
  }
  for (const auto& alias : options.aliases) {
    if (!versions.contains({alias.function, alias.version})) {
      refuse("alias " + alias.function + ":" + alias.name + " names version " + alias.version +
             ", and there is none: add --function " + alias.function + ":" + alias.version + "=path");
    }
  }
}

}  // namespace temporal::local_lambda
