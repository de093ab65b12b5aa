#pragma once

#include <functional>

namespace CLI {
class App;
}

namespace temporal::lambda_doctor {

/// Adds `doctor`. Once it is named on the command line, what it does is in `chosen`.
void add_doctor_command(CLI::App& app, std::function<int()>& chosen);

}  // namespace temporal::lambda_doctor
