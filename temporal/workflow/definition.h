#pragma once

#include <temporal/common/client_errors.h>
#include <temporal/common/function_traits.h>
#include <temporal/common/payload.h>
#include <temporal/common/registered_name.h>
#include <temporal/common/reserved_names.h>
#include <temporal/common/versioning.h>
#include <temporal/converter/raw_value.h>
#include <temporal/workflow/detail/erased.h>
#include <temporal/workflow/failure_types.h>
#include <temporal/workflow/handler_options.h>
#include <temporal/workflow/task.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

/// \file
/// What a worker has to know of a workflow: its name, its code and its handlers.

namespace temporal::workflow {

/// What can be chosen for a workflow where it is registered.
struct DefinitionOptions {
  /// What a new build does to runs of this workflow that are under way; a worker-wide default exists too.
  /// See https://docs.temporal.io/worker-versioning#versioning-behaviors.
  std::optional<VersioningBehavior> versioning_behavior = {};
  /// Exceptions that fail the workflow in place of its task, besides `FailureError` and those of the worker.
  FailureTypes failure_exception_types = {};
  /// Activities that the worker must have, too. A worker that lacks one is refused before it starts; otherwise only the
  /// running workflow would notice. Name those that run on its own task queue: `activity_names<charge,
  /// &Mailer::send>()`.
  std::vector<std::string> required_activities = {};
};

/// The names under which activities are known, for `DefinitionOptions::required_activities`.
template <auto... Functions>
std::vector<std::string> activity_names() {
  return {std::string{registered_name<Functions>}...};
}

/// A registered workflow with its types erased. Made by `definition<…>()`; a value, safe to copy and to share.
struct Definition {
  using Object = std::shared_ptr<void>;
  using Arguments = detail::Arguments;

  template <class Handler>
  using Handlers = std::map<std::string, Handler, std::less<>>;

  std::string name = {};
  DefinitionOptions options = {};
  bool dynamic = false;          ///< runs for every type that is not registered
  Object (*create)() = nullptr;  ///< null for a workflow that is a plain function
  Task<Payload> (*run)(void* object, const Arguments& arguments) = nullptr;
  Handlers<detail::SignalHandler> signals = {};
  Handlers<detail::QueryHandler> queries = {};
  Handlers<detail::UpdateHandler> updates = {};
  // For names without a handler of their own.
  detail::SignalHandler dynamic_signal = {};
  detail::QueryHandler dynamic_query = {};
  detail::UpdateHandler dynamic_update = {};
};

namespace detail {

[[noreturn]] inline void refuse_second(const std::string& workflow, const char* what) {
  throw ConfigurationError{"workflow " + workflow + " has two " + what + ": leave one of them out"};
}

[[noreturn]] inline void refuse_reserved(const std::string& workflow, const char* kind, std::string_view name) {
  throw ConfigurationError{"workflow " + workflow + " has a " + kind + " handler named " + std::string{name} +
                           ": such names belong to Temporal, choose another"};
}

[[noreturn]] inline void refuse_second_handler(const std::string& workflow, const char* kind, std::string_view name) {
  throw ConfigurationError{"workflow " + workflow + " has two " + kind + " handlers named " + std::string{name} +
                           ": register it once, or give one of the two another name by specialising "
                           "temporal::registered_name"};
}

}  // namespace detail

/// Collects the run function and the handlers of a workflow class; see `definition<Workflow>()`. Each function gives
/// the builder that goes on: what is kept of a chain is its value, never a reference into one that has gone.
/// @throws ConfigurationError for a second run function, and a second handler of a kind under one name.
template <class Workflow>
class DefinitionBuilder {
 public:
  explicit DefinitionBuilder(DefinitionOptions options) {
    static_assert(std::is_default_constructible_v<Workflow>, "a workflow class needs a default constructor");
    definition_.name = registered_type_name<Workflow>;
    definition_.options = std::move(options);
    definition_.create = [] { return std::static_pointer_cast<void>(std::make_shared<Workflow>()); };
  }

  /// The workflow's main function, a coroutine.
  template <auto Member>
  DefinitionBuilder run() && {
    static_assert(detail::is_coroutine<Member>, "a workflow's run function returns workflow::Task<…>");
    detail::check_coroutine<Member>();
    if (definition_.run != nullptr) detail::refuse_second(definition_.name, "run functions");
    definition_.run = detail::Bound<Workflow, Member>::run_main;
    return std::move(*this);
  }

  /// A signal handler: plain or a coroutine.
  template <auto Member>
  DefinitionBuilder signal(HandlerOptions options = {}) && {
    add(definition_.signals, "signal", registered_name<Member>, signal_handler<Member, false>(options));
    return std::move(*this);
  }

  /// A query handler: a const member that does not wait.
  template <auto Member>
  DefinitionBuilder query() && {
    add(definition_.queries, "query", registered_name<Member>, query_handler<Member, false>());
    return std::move(*this);
  }

  /// An update handler, plain or a coroutine, and its validator, a const member that throws to reject the update.
  template <auto Member, auto Validator = nullptr>
  DefinitionBuilder update(HandlerOptions options = {}) && {
    add(definition_.updates, "update", registered_name<Member>, update_handler<Member, Validator, false>(options));
    return std::move(*this);
  }

  /// Handlers for all names that have none of their own. They take the name, and the arguments undecoded:
  /// `void on_signal(std::string name, std::vector<RawValue> arguments);`
  template <auto Member>
  DefinitionBuilder dynamic_signal(HandlerOptions options = {}) && {
    if (definition_.dynamic_signal.run) detail::refuse_second(definition_.name, "dynamic signal handlers");
    definition_.dynamic_signal = signal_handler<Member, true>(options);
    return std::move(*this);
  }
  template <auto Member>
  DefinitionBuilder dynamic_query() && {
    if (definition_.dynamic_query) detail::refuse_second(definition_.name, "dynamic query handlers");
    definition_.dynamic_query = query_handler<Member, true>();
    return std::move(*this);
  }
  template <auto Member, auto Validator = nullptr>
  DefinitionBuilder dynamic_update(HandlerOptions options = {}) && {
    if (definition_.dynamic_update.run) detail::refuse_second(definition_.name, "dynamic update handlers");
    definition_.dynamic_update = update_handler<Member, Validator, true>(options);
    return std::move(*this);
  }

  operator Definition() const { return definition_; }  // NOLINT(google-explicit-constructor): the end of the chain

 private:
  template <auto Member, bool Dynamic>
  static detail::SignalHandler signal_handler(HandlerOptions options) {
    if constexpr (detail::is_coroutine<Member>) detail::check_coroutine<Member>();
    return {.run = detail::Bound<Workflow, Member, Dynamic>::run, .options = options};
  }
  template <auto Member, bool Dynamic>
  static detail::QueryHandler query_handler() {
    static_assert(!detail::is_coroutine<Member>, "a query cannot wait: return the value itself");
    return detail::Bound<Workflow, Member, Dynamic>::query;
  }
  template <auto Member, auto Validator, bool Dynamic>
  static detail::UpdateHandler update_handler(HandlerOptions options) {
    if constexpr (detail::is_coroutine<Member>) detail::check_coroutine<Member>();
    detail::UpdateHandler handler{.run = detail::Bound<Workflow, Member, Dynamic>::run, .options = options};
    if constexpr (!std::is_null_pointer_v<decltype(Validator)>) {
      detail::check_validator<temporal::detail::FunctionTraits<Member>, temporal::detail::FunctionTraits<Validator>>();
      handler.validate = detail::Bound<Workflow, Validator, Dynamic>::validate;
    } else if constexpr (!Dynamic) {
      handler.validate = detail::decodes<typename temporal::detail::FunctionTraits<Member>::Arguments>;
    }
    return handler;
  }

  template <class Handlers>
  void add(Handlers& handlers, const char* kind, std::string_view name, typename Handlers::mapped_type handler) {
    if (temporal::detail::is_reserved_name(name)) detail::refuse_reserved(definition_.name, kind, name);
    if (!handlers.emplace(name, std::move(handler)).second) {
      detail::refuse_second_handler(definition_.name, kind, name);
    }
  }

  Definition definition_;
};

/// Begins the definition of a workflow that is a class:
/// ```cpp
/// workflow::definition<Order>({.versioning_behavior = VersioningBehavior::pinned})
///     .run<&Order::run>()
///     .signal<&Order::approve>()
///     .query<&Order::quantity>();
/// ```
template <class Workflow>
DefinitionBuilder<Workflow> definition(DefinitionOptions options = {}) {
  return DefinitionBuilder<Workflow>{std::move(options)};
}

/// The definition of the workflow that runs for every type that is not registered: a function that takes all arguments
/// undecoded, as a `std::vector<RawValue>`. `info().workflow_type` says what was asked for.
template <auto Function>
Definition dynamic_definition(DefinitionOptions options = {}) {
  static_assert(detail::is_coroutine<Function>, "a workflow function returns workflow::Task<…>");
  static_assert(std::is_same_v<typename temporal::detail::FunctionTraits<Function>::RawArguments,
                               std::tuple<std::vector<RawValue>>>,
                "a dynamic workflow takes one std::vector<temporal::RawValue>, by value");
  return {.name = std::string{registered_name<Function>},
          .options = std::move(options),
          .dynamic = true,
          .run = detail::run_raw<Function>};
}

/// The definition of a workflow that is a function.
template <auto Function>
Definition function_definition(DefinitionOptions options = {}) {
  static_assert(detail::is_coroutine<Function>, "a workflow function returns workflow::Task<…>");
  detail::check_coroutine<Function>();
  return {.name = std::string{registered_name<Function>},
          .options = std::move(options),
          .run = detail::run_erased<Function>};
}

}  // namespace temporal::workflow
