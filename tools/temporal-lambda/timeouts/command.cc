#include <tools/temporal-lambda/timeouts/command.h>

#include <tools/temporal-lambda/timeouts/plan_timeouts.h>

#include <CLI/CLI.hpp>

#include <cstdio>
#include <memory>
#include <string>

namespace temporal::lambda_timeouts {

void add_plan_timeouts_command(CLI::App& app, std::function<int()>& chosen) {
  struct Arguments {
    std::string longest_activity = {};
    std::string hooks = "0s";
  };
  const auto arguments = std::make_shared<Arguments>();
  auto* command = app.add_subcommand("plan-timeouts", "the timeouts that belong together, for a worker on Lambda");
  command->add_option("--longest-activity", arguments->longest_activity, "how long an activity may take: 30s, 5m")
      ->required();
  command->add_option("--hooks", arguments->hooks, "how long the shutdown hooks take together");
  command->callback([arguments, &chosen] {
    chosen = [arguments] {
      std::fputs(plan_timeouts_command(arguments->longest_activity, arguments->hooks).c_str(), stdout);
      return 0;
    };
  });
}

}  // namespace temporal::lambda_timeouts
