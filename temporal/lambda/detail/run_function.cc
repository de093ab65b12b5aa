#include <temporal/lambda/detail/run_function.h>

#include <temporal/lambda/detail/crash_report.h>
#include <temporal/lambda/detail/trace_variable.h>
#include <temporal/lambda/handler.h>
#include <temporal/lambda/runtime_client.h>

#include <cstdio>
#include <optional>

namespace temporal::lambda::detail {
namespace {

/// @return false when the runtime has to end: Lambda's own words for a 5xx are "Runtime should exit promptly".
bool answer(RuntimeClient& api, const Invocation& invocation, const Outcome& outcome, const Logger& log) {
  try {
    if (outcome.failure) {
      api.fail(invocation.request_id, to_string(outcome.failure->type), outcome.failure->message);
    } else {
      api.respond(invocation.request_id, "null");
    }
    return true;
  } catch (const RuntimeApiError& error) {
    log.error("an invocation could not be answered",
              {{"requestId", invocation.request_id}, {"error", error.message()}});
    return error.status() / 100 != 5;
  }
}

/// Nothing when the environment cannot start: that has been reported then, as the end of the invocation if there is
/// one.
std::optional<Handler> start(RuntimeClient& api, const WorkerDeploymentVersion& version, const Configure& configure,
                             const World& world, const std::optional<Invocation>& invocation) {
  try {
    return Handler{version, configure, world};
  } catch (const LambdaError& error) {
    world.log.error("the function cannot start", {{"error_type", to_string(error.type())}, {"error", error.message()}});
    try {
      if (invocation) {
        api.fail(invocation->request_id, to_string(error.type()), error.message());
      } else {
        api.init_error(to_string(error.type()), error.message());
      }
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
  std::optional<Handler> handler;
  // One that was begun anew asks for the next event first, since Lambda waits for that to end the invocation before.
  if (!world.restarted && !(handler = start(api, version, configure, world, {}))) return 1;
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
    set_trace_variable(invocation->trace_id);
    if (!handler && !(handler = start(api, version, configure, world, invocation))) return 1;
    const auto outcome = (*handler)(*invocation, stop);
    std::fflush(stdout);  // what is left in the process would come under the id of a later invocation
    const bool goes_on = answer(api, *invocation, outcome, world.log);
    if (outcome.must_exit) {
      if (goes_on && !stop.stop_requested()) world.restart();
      world.exit(0);
      return 0;
    }
    if (!goes_on) return 1;
  }
}

}  // namespace temporal::lambda::detail
