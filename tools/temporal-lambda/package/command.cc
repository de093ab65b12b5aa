#include <tools/temporal-lambda/package/command.h>

#include <tools/temporal-lambda/package/package.h>

#include <CLI/CLI.hpp>

#include <exception>
#include <iostream>
#include <memory>

namespace temporal::lambda_package {
namespace {

int run(const PackageOptions& options) {
  try {
    return package(options, std::cout, std::cerr);
  } catch (const std::exception& error) {
    std::cerr << "temporal-lambda: " << error.what() << '\n';
    return 2;  // 1 is left for what could be judged
  }
}

}  // namespace

void add_package_command(CLI::App& app, std::function<int()>& chosen) {
  struct Arguments : PackageOptions {
    bool check = false;
  };
  const auto options = std::make_shared<Arguments>();
  auto* command = app.add_subcommand("package", "make a function's zip, and say whether AWS can start it");
  command->footer(
      "Exits with 0 for a zip that AWS can start, 1 for one that it cannot, which is not written then, and 2 for a "
      "wrong\n"
      "command line and what cannot be read or written.");
  command->add_option("input", options->input, "a bootstrap, a folder with one, or a zip")->required();
  auto* output = command->add_option("-o,--output", options->output, "the zip to make");
  command->add_option("--file", options->files, "a file that lies beside the bootstrap; several times for several");
  auto* check =
      command->add_flag("--check", options->check, "judge only: a zip as it is, anything else as it would be packed");
  auto* force = command->add_flag("--force", options->force, "make also what AWS could not start, with a warning");
  command->add_flag("--json", options->json, "print what was packed and what is wrong as JSON");
  command->add_flag("--quiet", options->quiet, "say only what is wrong");
  check->excludes(output)->excludes(force);
  command->callback([options, &chosen] {
    if (options->output.empty() && !options->check)
      throw CLI::RequiredError{"-o, the zip to make, or --check, to judge only,"};
    chosen = [options] { return run(*options); };
  });
}

}  // namespace temporal::lambda_package
