#pragma once

#include <functional>

namespace CLI {
class App;
}

namespace temporal::lambda_package {

/// Adds `package` to the command line. `chosen` becomes what it does, when it is called for, with the exit code.
void add_package_command(CLI::App& app, std::function<int()>& chosen);

}  // namespace temporal::lambda_package
