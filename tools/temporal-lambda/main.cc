// temporal-lambda: what a worker on Lambda needs beside its code. Each room adds its subcommands.
#include <tools/temporal-lambda/deploy/command.h>
#include <tools/temporal-lambda/doctor/command.h>
#include <tools/temporal-lambda/local/command.h>
#include <tools/temporal-lambda/package/command.h>
#include <tools/temporal-lambda/timeouts/command.h>

#include <CLI/CLI.hpp>

#include <cstdio>
#include <exception>
#include <functional>

int main(int argc, char** argv) {
  CLI::App app{
      "Temporal workers on AWS Lambda: pack functions, run them on this machine, without Docker, roll them out, "
      "find what is wrong with them, and plan their timeouts"};
  app.require_subcommand(1);
  std::function<int()> chosen;
  temporal::local_lambda::add_local_command(app, chosen);
  temporal::lambda_package::add_package_command(app, chosen);
  temporal::lambda_deploy::add_deploy_commands(app, chosen);
  temporal::lambda_doctor::add_doctor_command(app, chosen);
  temporal::lambda_timeouts::add_plan_timeouts_command(app, chosen);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& said) {
    return app.exit(said) == 0 ? 0 : 2;  // --help is one of them
  }
  try {
    return chosen();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "temporal-lambda: %s\n", error.what());
    return 1;
  }
}
