#include <tools/temporal-lambda/doctor/command.h>

#include <tools/temporal-lambda/doctor/judge.h>
#include <tools/temporal-lambda/doctor/look.h>
#include <tools/temporal-lambda/doctor/report.h>

#include <temporal/envconfig/load_client_config.h>

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <string>

namespace temporal::lambda_doctor {
namespace {

// What it ends with.
constexpr int healthy = 0;
constexpr int ill = 1;
constexpr int could_not_look = 2;

struct Arguments {
  std::string profile = {};
  std::string deployment = {};
  std::string build_id = {};
  bool json = false;
};

int examine(const Arguments& arguments) {
  envconfig::LoadOptions options;
  if (!arguments.profile.empty()) options.profile = arguments.profile;
  const auto facts = look(envconfig::load_client_config(options).connect, arguments.deployment, arguments.build_id);
  const auto findings = judge(facts);
  const auto text = arguments.json
                        ? to_json(facts, findings).dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n"
                        : to_text(facts, findings);
  std::fputs(text.c_str(), stdout);
  if (facts.connection_error) return could_not_look;
  const bool has_error =
      std::ranges::any_of(findings, [](const auto& finding) { return finding.severity == Severity::error; });
  return has_error ? ill : healthy;
}

}  // namespace

void add_doctor_command(CLI::App& app, std::function<int()>& chosen) {
  const auto arguments = std::make_shared<Arguments>();
  auto* command = app.add_subcommand("doctor", "why tasks of a deployment do not reach their function");
  command->add_option("--deployment", arguments->deployment, "the worker's deployment name")->required();
  command->add_option("--build-id", arguments->build_id, "otherwise the version that gets the tasks");
  command->add_option("--profile", arguments->profile, "of temporal.toml; otherwise TEMPORAL_PROFILE, or default");
  command->add_flag("--json", arguments->json, "one JSON object in place of text");
  command->callback([arguments, &chosen] { chosen = [arguments] { return examine(*arguments); }; });
}

}  // namespace temporal::lambda_doctor
