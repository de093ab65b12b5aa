#include <temporal/lambda/detail/describe.h>

#include <temporal/lambda/detail/duration_text.h>
#include <temporal/lambda/detail/prepare.h>

#include <nlohmann/json.hpp>

namespace temporal::lambda::detail {
namespace {

using Json = nlohmann::ordered_json;

Json to_json(const std::optional<VersioningBehavior>& behavior) {
  if (!behavior) return nullptr;
  return *behavior == VersioningBehavior::pinned ? "pinned" : "auto_upgrade";
}

Json workflows_of(const worker::WorkerOptions& options) {
  auto workflows = Json::array();
  for (const auto& workflow : options.workflows) {
    const auto chosen = workflow.options.versioning_behavior;
    workflows.push_back({{"name", workflow.dynamic ? Json{} : Json(workflow.name)},
                         {"versioning_behavior", to_json(chosen ? chosen : options.default_versioning_behavior)}});
  }
  return workflows;
}

Json activities_of(const worker::WorkerOptions& options) {
  auto activities = Json::array();
  for (const auto& activity : options.activities) activities.push_back(activity.name);
  if (options.dynamic_activity) activities.push_back(nullptr);
  return activities;
}

}  // namespace

bool is_asked_to_describe(const World& world) {
  return world.arguments.size() == 2 && world.arguments.back() == "--describe";
}

std::string describe(const WorkerDeploymentVersion& version, const Configure& configure, const World& world) {
  const auto effective = effective_version(version, world.environment);
  LambdaWorkerConfig config;
  Scope scope;  // lives as long as what the callback has put into the configuration
  std::optional<std::string> error;
  try {
    config = default_config(effective, world.load(world.environment), world.environment);
    scope = call_configure(configure, config);
    apply_overrides(config, effective, world.log);
    validate(config, world);
  } catch (...) {
    error = to_failure(std::current_exception()).message;
  }
  const auto& options = config.worker_config;
  Json description{
      {"sdk", "temporal-cpp " TEMPORAL_CPP_VERSION},
      {"deployment_name", effective.deployment_name},
      {"build_id", effective.build_id},
      {"task_queue", options.task_queue},
      {"workflows", workflows_of(options)},
      {"activities", activities_of(options)},
      {"graceful_shutdown_timeout", seconds(options.graceful_shutdown_timeout)},
      {"shutdown_deadline_buffer", seconds(config.effective_shutdown_deadline_buffer())},
      {"idle_timeout", config.idle_timeout ? Json(seconds(*config.idle_timeout)) : Json{}},
      {"telemetry", config.client_connect_config.telemetry != nullptr},
  };
  if (error) description["error"] = *error;
  return description.dump(2, ' ', false, Json::error_handler_t::replace);
}

}  // namespace temporal::lambda::detail
