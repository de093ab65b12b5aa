#pragma once

#include <temporal/common/function_traits.h>
#include <temporal/common/payload.h>
#include <temporal/common/registered_name.h>
#include <temporal/converter/payload_converter.h>

#include <functional>
#include <memory>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

/// \file
/// What a worker has to know of an activity: its name and how to call it.

namespace temporal::activity {

/// A registered activity with its types erased. A value; `run` is called from several threads at once.
struct Definition {
  std::string name = {};
  std::function<Payload(const std::vector<Payload>& arguments)> run = {};
};

namespace detail {

template <class Tuple, class Call>
Payload run(const std::vector<Payload>& payloads, Call&& call) {
  auto arguments = converter::from_payloads<Tuple>(payloads);
  if constexpr (std::is_void_v<decltype(std::apply(call, std::move(arguments)))>) {
    std::apply(call, std::move(arguments));
    return converter::null_payload();
  } else {
    return converter::to_payload(std::apply(call, std::move(arguments)));
  }
}

}  // namespace detail

/// The definition of an activity that is a function.
template <auto Function>
Definition function_definition() {
  using Traits = temporal::detail::FunctionTraits<Function>;
  static_assert(!Traits::is_member, "a member function needs its object: add_activity<&Greeter::greet>(greeter)");
  return {.name = std::string{registered_name<Function>}, .run = [](const std::vector<Payload>& payloads) {
            return detail::run<typename Traits::Arguments>(
                payloads, [](auto&&... argument) { return Function(std::forward<decltype(argument)>(argument)...); });
          }};
}

/// The definition of an activity that is a member function. The object is shared by all calls, which may run side by
/// side: it has to be thread-safe.
template <auto Member, class Object>
Definition member_definition(std::shared_ptr<Object> object) {
  using Traits = temporal::detail::FunctionTraits<Member>;
  return {.name = std::string{registered_name<Member>},
          .run = [object = std::move(object)](const std::vector<Payload>& payloads) {
            return detail::run<typename Traits::Arguments>(payloads, [&object](auto&&... argument) {
              return (object.get()->*Member)(std::forward<decltype(argument)>(argument)...);
            });
          }};
}

}  // namespace temporal::activity
