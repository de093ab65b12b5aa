#include <tools/temporal-lambda/deploy/command.h>

#include <tools/temporal-lambda/deploy/function_arn.h>
#include <tools/temporal-lambda/deploy/rollout.h>

#include <temporal/client/client.h>
#include <temporal/common/errors.h>
#include <temporal/envconfig/load_client_config.h>

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdio>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include <unistd.h>

namespace temporal::lambda_deploy {
namespace {

// What the commands end with.
constexpr int done = 0;
constexpr int failed = 1;
constexpr int usage = 2;
constexpr int not_bound = 3;

struct Arguments {
  std::string profile = {};
  std::string deployment = {};
  std::string build_id = {};
  client::AwsLambda compute = {};
  std::optional<double> ramp = {};
  double wait_seconds = 60;
  bool no_current = false;
  bool ignore_missing_task_queues = false;
  bool unqualified = false;
  bool skip_role = false;
  bool dry_run = false;
  bool yes = false;
};

void say(const std::string& line) { std::puts(line.c_str()); }

int refuse(const std::string& why) {
  std::fprintf(stderr, "temporal-lambda: %s\n", why.c_str());
  return usage;
}

std::unique_ptr<Deployments> connect(const Arguments& arguments) {
  envconfig::LoadOptions options;
  if (!arguments.profile.empty()) options.profile = arguments.profile;
  return deployments_of(client::Client::connect(envconfig::load_client_config(options).connect));
}

RolloutWorld world() {
  return {.sleep = [](Duration duration) { std::this_thread::sleep_for(duration); }, .say = say};
}

Duration patience(const Arguments& arguments) {
  return std::chrono::duration_cast<Duration>(std::chrono::duration<double>{arguments.wait_seconds});
}

/// Whether the plan that was just shown is to be carried out.
bool is_agreed(const Arguments& arguments) {
  if (arguments.dry_run) return false;
  if (arguments.yes) return true;
  if (isatty(STDIN_FILENO) == 0) throw Refusal{"nobody is there to agree: run it with --yes, or with --dry-run"};
  std::cout << "Go on? [y/N] " << std::flush;
  std::string answer;
  std::getline(std::cin, answer);
  return answer == "y" || answer == "yes";
}

/// What is wrong with the command line.
std::optional<std::string> mistake_in(const Arguments& arguments) {
  const auto function = parse_function_arn(arguments.compute.function_arn);
  if (!function.is_published_version() && !arguments.unqualified) {
    return arguments.compute.function_arn +
           " is no published version: each upload would change the code under workflows that run on it. Name a "
           "version, "
           "as in function:" +
           function.name + ":1, or say --unqualified";
  }
  const bool has_role = !arguments.compute.assume_role_arn.empty();
  if (has_role != !arguments.compute.external_id.empty()) return "--invoke-role and --external-id belong together";
  if (has_role == arguments.skip_role) {
    return "give --invoke-role and --external-id, or --skip-role for a self-hosted server that needs none";
  }
  const auto length = arguments.compute.external_id.size();
  if (has_role && (length < 5 || length > 45)) return "an external id has from 5 to 45 characters";
  if (arguments.ramp && (*arguments.ramp < 0 || *arguments.ramp > 100)) return "--ramp is a number from 0 to 100";
  if (arguments.ramp && arguments.no_current) return "--ramp and --no-current exclude each other";
  return std::nullopt;
}

Routing routing_of(const Arguments& arguments) {
  Routing routing{.percentage = arguments.ramp.value_or(0),
                  .ignore_missing_task_queues = arguments.ignore_missing_task_queues};
  if (arguments.no_current) routing.kind = Routing::Kind::none;
  if (arguments.ramp) routing.kind = Routing::Kind::ramping;
  return routing;
}

int rollout(const Arguments& arguments) {
  try {
    if (const auto mistake = mistake_in(arguments)) return refuse(*mistake);
  } catch (const std::invalid_argument& error) {
    return refuse(error.what());
  }
  const auto temporal = connect(arguments);
  const Wish wish{.version = {arguments.deployment, arguments.build_id},
                  .compute = arguments.compute,
                  .routing = routing_of(arguments)};
  const auto found = find(*temporal, wish.version);
  const auto steps = plan(wish, found);
  say(arguments.deployment + "/" + arguments.build_id + " in " + temporal->where());
  if (steps.empty()) {
    wait_until_settled(arguments.deployment, *temporal, world(), patience(arguments));
    say("Nothing to do: all is so already");
    return done;
  }
  for (const auto step : steps) say("  " + describe(step, wish, found));
  if (!is_agreed(arguments)) return done;
  carry_out(steps, wish, found, *temporal, world(), patience(arguments));
  return done;
}

int rollback(const Arguments& arguments) {
  const auto temporal = connect(arguments);
  const auto deployment = temporal->describe(arguments.deployment);
  if (!deployment) throw Refusal{"there is no deployment " + arguments.deployment + " in " + temporal->where()};
  const auto current = deployment->current_build_id.value_or("no version");
  const auto target = arguments.build_id.empty() ? version_before(*deployment) : arguments.build_id;
  if (!target) throw Refusal{"there is nothing to go back to: no version was current before " + current};
  if (*target == current) {
    say(current + " is current already");
    return done;
  }
  const auto is_there =
      std::ranges::any_of(deployment->versions, [&](const auto& version) { return version.build_id == *target; });
  if (!is_there) throw Refusal{arguments.deployment + " has no version " + *target};
  say(arguments.deployment + " in " + temporal->where());
  say("  make " + *target + " current, which is " + current + " now");
  if (!is_agreed(arguments)) return done;
  temporal->set_current(arguments.deployment, {.build_id = *target, .conflict_token = deployment->conflict_token});
  wait_until_settled(arguments.deployment, *temporal, world(), patience(arguments));
  say("✓ " + *target + " is current. Workflows that are pinned to " + current + " stay there");
  return done;
}

/// The exit code of a command that may not have been able to do what it was asked for.
int run(int (*command)(const Arguments&), const Arguments& arguments) {
  try {
    return command(arguments);
  } catch (const NotBound& error) {
    std::fprintf(stderr, "temporal-lambda: %s\n", error.what());
    return not_bound;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "temporal-lambda: %s\n", error.what());
    return failed;
  }
}

void add_common(CLI::App& command, Arguments& arguments) {
  command.add_option("--profile", arguments.profile, "of temporal.toml; otherwise TEMPORAL_PROFILE, or default");
  command.add_option("--wait", arguments.wait_seconds, "seconds for a worker to poll, and for task queues to follow")
      ->check(CLI::Range(0.0, 3600.0))
      ->capture_default_str();
  command.add_flag("--dry-run", arguments.dry_run, "show the plan, and do nothing");
  command.add_flag("--yes", arguments.yes, "do not ask");
}

void choose(CLI::App& command, const std::shared_ptr<Arguments>& arguments, int (*body)(const Arguments&),
            std::function<int()>& chosen) {
  command.callback([arguments, body, &chosen] { chosen = [arguments, body] { return run(body, *arguments); }; });
}

}  // namespace

void add_deploy_commands(CLI::App& app, std::function<int()>& chosen) {
  const auto rolled_out = std::make_shared<Arguments>();
  auto* out = app.add_subcommand(
      "rollout", "have Temporal invoke a version of a function that is there already, and give it the tasks");
  out->add_option("--function-arn", rolled_out->compute.function_arn, "of a published version")->required();
  out->add_option("--deployment", rolled_out->deployment, "the worker's deployment name")->required();
  out->add_option("--build-id", rolled_out->build_id, "the worker's build id")->required();
  out->add_option("--invoke-role", rolled_out->compute.assume_role_arn, "the role that Temporal assumes");
  out->add_option("--external-id", rolled_out->compute.external_id, "that the role's trust policy demands");
  out->add_flag("--skip-role", rolled_out->skip_role, "for self-hosted servers that need no role");
  out->add_option("--ramp", rolled_out->ramp, "percent of the tasks, in place of all");
  out->add_flag("--no-current", rolled_out->no_current, "make the version known, and give it no tasks");
  out->add_flag("--ignore-missing-task-queues", rolled_out->ignore_missing_task_queues,
                "also where the current version serves task queues that this one does not");
  out->add_flag("--unqualified", rolled_out->unqualified, "also for an ARN without a version");
  add_common(*out, *rolled_out);
  choose(*out, rolled_out, rollout, chosen);

  const auto rolled_back = std::make_shared<Arguments>();
  auto* back = app.add_subcommand("rollback", "give the tasks back to the version that was current before");
  back->add_option("deployment", rolled_back->deployment)->required();
  back->add_option("--to", rolled_back->build_id, "the build id, in place of the one before");
  add_common(*back, *rolled_back);
  choose(*back, rolled_back, rollback, chosen);
}

}  // namespace temporal::lambda_deploy
