#include <tools/temporal-lambda/local/command.h>

#include <tools/temporal-lambda/local/live_view.h>
#include <tools/temporal-lambda/local/local.h>

#include <CLI/CLI.hpp>
#include <boost/asio/signal_set.hpp>

#include <chrono>
#include <cstdio>
#include <exception>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace temporal::local_lambda {
namespace {

struct Arguments {
  LocalOptions options = {};
  FunctionArguments functions = {};
  std::vector<std::string> aliases = {};
  std::string config = {};
  std::string event_log = {};
  std::string port_file = {};
  bool no_freeze = false;
  bool cpu_share = false;
  bool view = false;
  double start_delay_seconds = 0.1;
  double idle_timeout_seconds = 300;
  double retry_delay_seconds = 1;
  double event_age_seconds = 6 * 3600;
};

void add_options(CLI::App& local, Arguments& arguments) {
  local.add_option("--function", arguments.functions.functions,
                   "name=path or, for a version, name:5=path; a zip, a folder with a bootstrap, or the bootstrap");
  local.add_option("--alias", arguments.aliases, "name:alias=version");
  local.add_option("--config", arguments.config, "functions from a TOML file");
  local.add_option("--port", arguments.options.port, "of the Lambda API, on 127.0.0.1; 0: any free one");
  local.add_option("--env", arguments.functions.environment,
                   "KEY=VALUE for all functions, name:KEY=VALUE or name:5:KEY=VALUE for one");
  local.add_option("--pass-env", arguments.functions.pass_environment,
                   "a variable of this process that functions get too");
  local.add_option("--timeout", arguments.functions.timeout_seconds, "of the functions, in seconds");
  local.add_option("--memory", arguments.functions.memory_mb, "of the functions, in MB");
  local.add_option("--concurrency", arguments.functions.concurrency, "execution environments of a function at a time");
  local.add_option("--idle-timeout", arguments.idle_timeout_seconds, "seconds until an unused environment is retired");
  local.add_option("--retry-delay", arguments.retry_delay_seconds,
                   "seconds until a failed event is tried again (Lambda: 60)");
  local.add_option("--retries", arguments.options.event_retries, "how often a failed event is tried again")
      ->check(CLI::Range(0, 2));
  local.add_option(
      "--start-delay", arguments.start_delay_seconds,
      "seconds until the process of a new environment starts, as Lambda needs to place it and to fetch the "
      "code");
  local.add_flag("--extension", arguments.options.extension,
                 "end environments as beside an extension: SIGTERM, and SIGKILL half a second later");
  local.add_flag("--active-tracing", arguments.options.active_tracing, "X-Ray records each invocation");
  local.add_option("--event-age", arguments.event_age_seconds, "seconds after which a waiting event is dropped");
  local.add_option("--region", arguments.options.place.region, "of the functions' ARNs");
  local.add_option("--account", arguments.options.place.account, "of the functions' ARNs");
  local.add_option("--event-log", arguments.event_log, "append what happens to this file, as JSON lines");
  local.add_option("--port-file", arguments.port_file, "write the port to this file");
  local.add_flag("--no-freeze", arguments.no_freeze, "let environments run between invocations");
  local.add_flag("--cpu-share", arguments.cpu_share,
                 "limit functions to the CPU that Lambda gives for their memory, where the system lets it");
  local.add_flag("--view", arguments.view, "show functions and environments in the terminal, below the logs");
}

/// Nothing where the system does not let us: functions have all of the CPU then.
std::optional<CpuController> cpu_controller() {
  try {
    return open_cpu_controller();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "temporal-lambda: --cpu-share is off: %s\n", error.what());
    return std::nullopt;
  }
}

int run_local(Arguments arguments) {
  auto& options = arguments.options;
  const auto milliseconds = [](double seconds) {
    return std::chrono::milliseconds{static_cast<std::int64_t>(seconds * 1000)};
  };
  auto configured = arguments.config.empty() ? std::vector<FunctionConfig>{} : functions_from_toml(arguments.config);
  options.functions = functions_from_arguments(arguments.functions, std::move(configured));
  for (const auto& alias : arguments.aliases) options.aliases.push_back(alias_from_argument(alias));
  options.event_age = milliseconds(arguments.event_age_seconds);
  options.start_delay = milliseconds(arguments.start_delay_seconds);
  options.event_log = arguments.event_log;
  if (arguments.cpu_share) options.cpu = cpu_controller();
  options.freeze = !arguments.no_freeze;
  options.idle_timeout = milliseconds(arguments.idle_timeout_seconds);
  options.retry_delay = milliseconds(arguments.retry_delay_seconds);

  boost::asio::io_context io{1};
  std::optional<LiveView> view;
  if (arguments.view) view.emplace(io, options.functions);
  LocalLambda local{io, options, view ? view->audience() : Audience{}};
  boost::asio::signal_set signals{io, SIGINT, SIGTERM};
  signals.async_wait([&](auto error, int) {
    if (!error) local.stop();
  });
  std::printf("listening http://127.0.0.1:%d\n", local.port());
  for (const auto& function : options.functions) {
    const auto qualifier = function.version == latest ? "" : function.version;
    std::printf("function %s\n", function_arn(options.place, function.name, qualifier).c_str());
  }
  std::fflush(stdout);
  if (!arguments.port_file.empty()) std::ofstream{arguments.port_file} << local.port() << '\n';
  io.run();
  return 0;
}

}  // namespace

void add_local_command(CLI::App& app, std::function<int()>& chosen) {
  const auto arguments = std::make_shared<Arguments>();
  auto* local = app.add_subcommand("local", "serve functions by the Lambda API on the loopback interface");
  add_options(*local, *arguments);
  local->callback([arguments, &chosen] { chosen = [arguments] { return run_local(std::move(*arguments)); }; });
}

}  // namespace temporal::local_lambda
