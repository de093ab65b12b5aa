#include <temporal/lambda/detail/run_function.h>

#include <temporal/lambda/detail/crash_report.h>
#include <temporal/lambda/handler.h>
#include <temporal/lambda/runtime_client.h>

#include <optional>

namespace temporal::lambda::detail {
namespace {

void answer(RuntimeClient& api, const Invocation& invocation, const Outcome& outcome, const Logger& log) {
  try {
    if (outcome.failure) {
      api.fail(invocation.request_id, to_string(outcome.failure->type), outcome.failure->message);
    } else {
      api.respond(invocation.request_id, "null");
    }
  } catch (const RuntimeApiError& error) {
    log.error("an invocation could not be answered",
              {{"request_id", invocation.request_id}, {"error", error.message()}});
  }
}

/// Nothing when the environment cannot start: that has been reported then.
std::optional<Handler> start(RuntimeClient& api, const WorkerDeploymentVersion& version, const Configure& configure,
                             const World& world) {
  try {
    return Handler{version, configure, world};
  } catch (const LambdaError& error) {
    world.log.error("the function cannot start", {{"error_type", to_string(error.type())}, {"error", error.message()}});
    try {
      api.init_error(to_string(error.type()), error.message());
    } catch (const RuntimeApiError& unreported) {
      world.log.error("the failed start could not be reported", {{"error", unreported.message()}});
    }
    return std::nullopt;
  }
}

}  // namespace

int run_function(const WorkerDeploymentVersion& version, const Configure& configure, const World& world,
                 const std::string& host, const std::stop_token& stop) {
  RuntimeClient api{host};
  auto handler = start(api, version, configure, world);
  if (!handler) return 1;
  for (;;) {
    std::optional<Invocation> invocation;
    try {
      invocation = api.next(stop);
    } catch (const RuntimeApiError& error) {
      world.log.error("no more events can be received", {{"error", error.message()}});
      return 1;
    }
    if (!invocation) return 0;
    const CrashContext crash_context{invocation->request_id};
    const auto outcome = (*handler)(*invocation, stop);
    answer(api, *invocation, outcome, world.log);
    if (outcome.must_exit) {
      world.exit(0);
      return 0;
    }
  }
}

}  // namespace temporal::lambda::detail
