#pragma once

#include <temporal/common/function_traits.h>
#include <temporal/converter/payload_converter.h>

#include <tuple>
#include <utility>

namespace temporal::workflow::detail {

/// Calls something by the function that stands for it. `Verb` says what is done, and how the function is named:
///
/// ```cpp
/// struct Verb {
///   using Options = …;
///   template <auto Function> static constexpr std::string_view name = …;
///   template <class Result> static auto call(std::string_view name, Options options, std::vector<Payload> arguments);
/// };
/// ```
///
/// The arguments are the function's own parameter types, decayed and by value: a braced argument is accepted, and a
/// task that is awaited later holds no reference to a temporary.
template <class Verb, auto Function, class Arguments = typename temporal::detail::FunctionTraits<Function>::Arguments>
struct TypedCall;

template <class Verb, auto Function, class... Arguments>
struct TypedCall<Verb, Function, std::tuple<Arguments...>> {
  using Result = temporal::detail::task_result<typename temporal::detail::FunctionTraits<Function>::Result>;
  auto operator()(typename Verb::Options options, Arguments... arguments) const {
    return Verb::template call<Result>(Verb::template name<Function>, std::forward<typename Verb::Options>(options),
                                       converter::to_payloads(arguments...));
  }
};

}  // namespace temporal::workflow::detail
