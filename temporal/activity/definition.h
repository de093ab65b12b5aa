#pragma once

#include <temporal/common/function_traits.h>
#include <temporal/common/payload.h>
#include <temporal/common/registered_name.h>
#include <temporal/common/task.h>
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

/// A registered activity with its types erased: one of `run` and `run_task` is set. A value; both are called from
/// several threads at once.
struct Definition {
  std::string name = {};
  std::function<Payload(const std::vector<Payload>& arguments)> run = {};      ///< holds its thread until it is done
  std::function<Task<Payload>(std::vector<Payload> arguments)> run_task = {};  ///< a coroutine
};

namespace detail {

template <class Arguments, class Call>
Payload run(const Call& call, const std::vector<Payload>& payloads) {
  auto arguments = converter::from_payloads<Arguments>(payloads);
  if constexpr (std::is_void_v<decltype(std::apply(call, std::move(arguments)))>) {
    std::apply(call, std::move(arguments));
    return converter::null_payload();
  } else {
    return converter::to_payload(std::apply(call, std::move(arguments)));
  }
}

/// Holds the callable, too: what a coroutine captured is there until its end.
template <class Arguments, class Call>
Task<Payload> run_task(Call call, std::vector<Payload> payloads) {
  auto arguments = converter::from_payloads<Arguments>(payloads);
  if constexpr (std::is_void_v<typename decltype(std::apply(call, std::move(arguments)))::value_type>) {
    co_await std::apply(call, std::move(arguments));
    co_return converter::null_payload();
  } else {
    co_return converter::to_payload(co_await std::apply(call, std::move(arguments)));
  }
}

template <class Traits, class Call>
Definition define(std::string name, Call call) {
  using Arguments = typename Traits::Arguments;
  if constexpr (temporal::detail::is_task<typename Traits::Result>) {
    static_assert(
        temporal::detail::all_by_value<typename Traits::RawArguments>,
        "A coroutine outlives the call that starts it: take its arguments by value, not by reference, pointer "
        "or view.");
    return {.name = std::move(name), .run_task = [call = std::move(call)](std::vector<Payload> payloads) {
              return detail::run_task<Arguments>(call, std::move(payloads));
            }};
  } else {
    return {.name = std::move(name), .run = [call = std::move(call)](const std::vector<Payload>& payloads) {
              return detail::run<Arguments>(call, payloads);
            }};
  }
}

}  // namespace detail

/// The definition of an activity that is a function.
template <auto Function>
Definition function_definition() {
  using Traits = temporal::detail::FunctionTraits<Function>;
  static_assert(!Traits::is_member, "a member function needs its object: add_activity<&Greeter::greet>(greeter)");
  return detail::define<Traits>(std::string{registered_name<Function>}, [](auto&&... argument) {
    return Function(std::forward<decltype(argument)>(argument)...);
  });
}

/// The definition of an activity that is a member function. The object is shared by all calls, which may run side by
/// side: it has to be thread-safe.
template <auto Member, class Object>
Definition member_definition(std::shared_ptr<Object> object) {
  return detail::define<temporal::detail::FunctionTraits<Member>>(
      std::string{registered_name<Member>}, [object = std::move(object)](auto&&... argument) {
        return (object.get()->*Member)(std::forward<decltype(argument)>(argument)...);
      });
}

/// The definition of an activity that is a lambda or another object with one call operator, which is `const`: calls may
/// run side by side. What it captured has to be thread-safe.
template <class Callable>
Definition callable_definition(std::string name, Callable callable) {
  return detail::define<temporal::detail::FunctionTypeTraits<decltype(&Callable::operator())>>(std::move(name),
                                                                                               std::move(callable));
}

/// The definition of the activity that runs for every type that is not registered: a function that takes all arguments
/// undecoded, as a `std::vector<RawValue>`. `info().activity_type` says what was asked for.
template <auto Function>
Definition dynamic_definition() {
  using Traits = temporal::detail::FunctionTraits<Function>;
  static_assert(std::is_same_v<typename Traits::Arguments, std::tuple<std::vector<RawValue>>>,
                "a dynamic activity takes one std::vector<temporal::RawValue>, by value");
  auto raw = [](const std::vector<Payload>& payloads) {
    std::vector<RawValue> values;
    values.reserve(payloads.size());
    for (const auto& payload : payloads) values.push_back({payload});
    return values;
  };
  if constexpr (temporal::detail::is_task<typename Traits::Result>) {
    return {.run_task = [raw](std::vector<Payload> payloads) {
      return detail::run_task<std::tuple<>>([values = raw(payloads)] { return Function(values); }, {});
    }};
  } else {
    return {.run = [raw](const std::vector<Payload>& payloads) {
      return detail::run<std::tuple<>>([values = raw(payloads)] { return Function(values); }, {});
    }};
  }
}

}  // namespace temporal::activity
