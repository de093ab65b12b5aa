#pragma once

#include <functional>

namespace CLI {
class App;
}

namespace temporal::lambda_deploy {

/// Adds `rollout` and `rollback`. The one that is named on the command line puts what it does into `chosen`.
void add_deploy_commands(CLI::App& app, std::function<int()>& chosen);

}  // namespace temporal::lambda_deploy
