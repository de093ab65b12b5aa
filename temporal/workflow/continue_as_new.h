#pragma once

#include <temporal/common/duration.h>
#include <temporal/common/function_traits.h>
#include <temporal/common/headers.h>
#include <temporal/common/payload.h>
#include <temporal/common/registered_name.h>
#include <temporal/common/retry_policy.h>
#include <temporal/common/search_attributes.h>
#include <temporal/common/versioning.h>
#include <temporal/converter/payload_converter.h>

#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

/// \file
/// Ending a run and going on in a new one, with the same id and an empty history.
/// See https://docs.temporal.io/workflow-execution/continue-as-new. For workflow code alone: outside of a workflow it
/// throws `std::logic_error`.

namespace temporal::workflow {

/// Which build runs the first task of the new run, for a workflow that is pinned. After it the workflow's own
/// versioning behavior counts.
enum class ContinueAsNewVersioningBehavior {
  auto_upgrade,         ///< the one that the task queue's routing gives
  use_ramping_version,  ///< the ramping one, if there is one
};

/// What the new run does not take over from this one.
struct ContinueAsNewOptions {
  std::string task_queue = {};                   ///< this run's when empty
  std::optional<Duration> run_timeout = {};      ///< this run's when not chosen
  std::optional<Duration> task_timeout = {};     ///< this run's when not chosen
  std::optional<Duration> start_delay = {};      ///< wait before the first workflow task
  std::optional<RetryPolicy> retry_policy = {};  ///< this run's when not chosen
  std::optional<VersioningIntent> versioning_intent = {};
  std::optional<ContinueAsNewVersioningBehavior> initial_versioning_behavior = {};
  SearchAttributes search_attributes = {};   ///< this run's when empty
  std::map<std::string, Payload> memo = {};  ///< this run's when empty
};

/// As what a run goes on. Interceptors see it before the run ends.
struct ContinueAsNewInput {
  std::string workflow_type = {};
  ContinueAsNewOptions options = {};
  std::vector<Payload> arguments = {};
  Headers headers = {};
};

namespace detail {

/// Unwinds the workflow. It is not a `std::exception`, so that no handler of errors takes it for one.
struct ContinueAsNew {
  ContinueAsNewInput next;
};

[[noreturn]] void continue_as_new(ContinueAsNewInput next);

template <auto Run, class Arguments = typename temporal::detail::FunctionTraits<Run>::Arguments>
struct ContinueAsNewCall;

template <auto Run, class... Arguments>
struct ContinueAsNewCall<Run, std::tuple<Arguments...>> {
  [[noreturn]] void operator()(ContinueAsNewOptions options, Arguments... arguments) const {
    continue_as_new({.workflow_type = std::string{temporal::detail::workflow_name<Run>()},
                     .options = std::move(options),
                     .arguments = converter::to_payloads(arguments...)});
  }
};

}  // namespace detail

/// Ends this run and starts the workflow `Run` anew, with new arguments: `continue_as_new<&Order::run>({}, state)`.
///
/// It never returns: it unwinds with something that `catch (const std::exception&)` does not catch. Code that has a
/// `catch (...)` around it has to `throw;`. Call it from the run function, from what it awaits or from a signal
/// handler; in an update handler it fails the task. Anything still running, child workflows apart, ends with the run:
/// wait for `all_handlers_finished` before.
template <auto Run>
inline constexpr detail::ContinueAsNewCall<Run> continue_as_new;

/// The same for a workflow that is known by name only.
[[noreturn]] void continue_as_new_named(std::string workflow_type, ContinueAsNewOptions options,
                                        std::vector<Payload> arguments);

}  // namespace temporal::workflow
