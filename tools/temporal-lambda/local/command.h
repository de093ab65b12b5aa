#pragma once

#include <functional>

namespace CLI {
class App;
}

namespace temporal::local_lambda {

/// Adds `local` to the command line. `chosen` becomes what it does, when it is called for, with the exit code.
void add_local_command(CLI::App& app, std::function<int()>& chosen);

}  // namespace temporal::local_lambda
