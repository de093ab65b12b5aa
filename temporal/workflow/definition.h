#pragma once

#include <temporal/common/function_traits.h>
#include <temporal/common/payload.h>
#include <temporal/common/registered_name.h>
#include <temporal/common/versioning.h>
#include <temporal/converter/payload_converter.h>
#include <temporal/workflow/task.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
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
};

/// A registered workflow with its types erased. Made by `definition<…>()`; a value, safe to copy and to share.
struct Definition {
  using Object = std::shared_ptr<void>;
  using Arguments = std::vector<Payload>;

  struct Handler {
    Task<Payload> (*run)(void* object, Arguments arguments) = nullptr;
    void (*validate)(const void* object, const Arguments& arguments) = nullptr;  ///< of an update; may be null
  };

  std::string name = {};
  DefinitionOptions options = {};
  Object (*create)() = nullptr;  ///< null for a workflow that is a plain function
  Task<Payload> (*run)(void* object, Arguments arguments) = nullptr;
  std::map<std::string, Handler, std::less<>> signals = {};
  std::map<std::string, Payload (*)(const void* object, const Arguments& arguments), std::less<>> queries = {};
  std::map<std::string, Handler, std::less<>> updates = {};
};

namespace detail {

template <class Raw>
inline constexpr bool all_by_value = false;
template <class... A>
inline constexpr bool all_by_value<std::tuple<A...>> =
    ((!std::is_reference_v<A> && !std::is_pointer_v<A> && !temporal::detail::is_view<A>) && ...);

template <auto Function>
constexpr void check_coroutine() {
  using Traits = temporal::detail::FunctionTraits<Function>;
  static_assert(all_by_value<typename Traits::RawArguments>,
                "A coroutine outlives the call that starts it: take its arguments by value, not by reference, pointer "
                "or view.");
}

template <auto Function>
auto call([[maybe_unused]] void* object, typename temporal::detail::FunctionTraits<Function>::Arguments arguments) {
  using Traits = temporal::detail::FunctionTraits<Function>;
  return std::apply(
      [&](auto&&... argument) -> decltype(auto) {
        if constexpr (Traits::is_member) {
          return (static_cast<typename Traits::Class*>(object)->*Function)(
              std::forward<decltype(argument)>(argument)...);
        } else {
          return Function(std::forward<decltype(argument)>(argument)...);
        }
      },
      std::move(arguments));
}

/// Runs a function of the user, coroutine or not, from payloads to payload.
template <auto Function>
Task<Payload> run_erased(void* object, Definition::Arguments payloads) {
  using Traits = temporal::detail::FunctionTraits<Function>;
  auto arguments = converter::from_payloads<typename Traits::Arguments>(payloads);
  if constexpr (is_task<typename Traits::Result>) {
    if constexpr (std::is_void_v<typename Traits::Result::value_type>) {
      co_await call<Function>(object, std::move(arguments));
      co_return converter::null_payload();
    } else {
      co_return converter::to_payload(co_await call<Function>(object, std::move(arguments)));
    }
  } else if constexpr (std::is_void_v<typename Traits::Result>) {
    call<Function>(object, std::move(arguments));
    co_return converter::null_payload();
  } else {
    co_return converter::to_payload(call<Function>(object, std::move(arguments)));
  }
}

/// Member pointers to a base class are accepted: the object is always handed on as the registered class.
template <class Workflow, auto Member>
struct Bound {
  using Traits = temporal::detail::FunctionTraits<Member>;
  static_assert(std::derived_from<Workflow, typename Traits::Class>,
                "a handler must be a member of the workflow's class");

  static Task<Payload> run(void* object, Definition::Arguments payloads) {
    typename Traits::Class* base = static_cast<Workflow*>(object);
    return run_erased<Member>(base, std::move(payloads));
  }
  static Payload query(const void* object, const Definition::Arguments& payloads) {
    const typename Traits::Class* base = static_cast<const Workflow*>(object);
    return converter::to_payload(std::apply(
        [base](auto&&... argument) { return (base->*Member)(std::forward<decltype(argument)>(argument)...); },
        converter::from_payloads<typename Traits::Arguments>(payloads)));
  }
  static void validate(const void* object, const Definition::Arguments& payloads) {
    const typename Traits::Class* base = static_cast<const Workflow*>(object);
    std::apply([base](auto&&... argument) { (base->*Member)(std::forward<decltype(argument)>(argument)...); },
               converter::from_payloads<typename Traits::Arguments>(payloads));
  }
};

template <auto Function>
inline constexpr bool is_coroutine = is_task<typename temporal::detail::FunctionTraits<Function>::Result>;

}  // namespace detail

/// Collects the run function and the handlers of a workflow class; see `definition<Workflow>()`.
template <class Workflow>
class DefinitionBuilder {
 public:
  explicit DefinitionBuilder(DefinitionOptions options) {
    static_assert(std::is_default_constructible_v<Workflow>, "a workflow class needs a default constructor");
    definition_.name = registered_type_name<Workflow>;
    definition_.options = options;
    definition_.create = [] { return std::static_pointer_cast<void>(std::make_shared<Workflow>()); };
  }

  /// The workflow's main function, a coroutine.
  template <auto Member>
  DefinitionBuilder& run() {
    static_assert(detail::is_coroutine<Member>, "a workflow's run function returns workflow::Task<…>");
    detail::check_coroutine<Member>();
    definition_.run = detail::Bound<Workflow, Member>::run;
    return *this;
  }

  /// A signal handler: plain or a coroutine.
  template <auto Member>
  DefinitionBuilder& signal() {
    if constexpr (detail::is_coroutine<Member>) detail::check_coroutine<Member>();
    definition_.signals[std::string{registered_name<Member>}] = {.run = detail::Bound<Workflow, Member>::run};
    return *this;
  }

  /// A query handler: a const member that does not wait.
  template <auto Member>
  DefinitionBuilder& query() {
    static_assert(!detail::is_coroutine<Member>, "a query cannot wait: return the value itself");
    definition_.queries[std::string{registered_name<Member>}] = detail::Bound<Workflow, Member>::query;
    return *this;
  }

  /// An update handler, plain or a coroutine, and its validator, a const member that throws to reject the update.
  template <auto Member, auto Validator = nullptr>
  DefinitionBuilder& update() {
    if constexpr (detail::is_coroutine<Member>) detail::check_coroutine<Member>();
    Definition::Handler handler{.run = detail::Bound<Workflow, Member>::run};
    if constexpr (!std::is_null_pointer_v<decltype(Validator)>) {
      handler.validate = detail::Bound<Workflow, Validator>::validate;
    }
    definition_.updates[std::string{registered_name<Member>}] = handler;
    return *this;
  }

  operator Definition() const { return definition_; }  // NOLINT(google-explicit-constructor): the end of the chain

 private:
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
  return DefinitionBuilder<Workflow>{options};
}

/// The definition of a workflow that is a function.
template <auto Function>
Definition function_definition(DefinitionOptions options = {}) {
  static_assert(detail::is_coroutine<Function>, "a workflow function returns workflow::Task<…>");
  detail::check_coroutine<Function>();
  return {.name = std::string{registered_name<Function>}, .options = options, .run = detail::run_erased<Function>};
}

}  // namespace temporal::workflow
