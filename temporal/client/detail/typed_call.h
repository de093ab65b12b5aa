#pragma once

#include <temporal/common/function_traits.h>
#include <temporal/common/future.h>
#include <temporal/common/payload.h>
#include <temporal/converter/payload_converter.h>

#include <exception>
#include <functional>
#include <stop_token>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

/// \file
/// Between the typed calls of a handle and the payloads that travel.

namespace temporal::client::detail {

template <class T>
struct OnDoneType {
  using type = std::function<void(std::exception_ptr, T)>;
};
template <>
struct OnDoneType<void> {
  using type = std::function<void(std::exception_ptr)>;
};
/// What a call is told when it is done: a failure or, if that is null, what it gave. Runs once, on a thread of the
/// connection: must not block or throw.
template <class T>
using OnDone = typename OnDoneType<T>::type;

/// Hands what a call gave to a promise.
template <class T>
OnDone<T> settle(const temporal::detail::Promise<T>& promise) {
  if constexpr (std::is_void_v<T>) {
    return [promise](std::exception_ptr failure) {
      failure ? promise.set_exception(std::move(failure)) : promise.set_value();
    };
  } else {
    return [promise](std::exception_ptr failure, T value) {
      failure ? promise.set_exception(std::move(failure)) : promise.set_value(std::move(value));
    };
  }
}

/// Hands the payload that a call gave to a promise of an `R`. It is decoded by the thread that asks the future.
template <class R>
OnDone<Payload> decode(const temporal::detail::Promise<R>& promise) {
  return [promise](std::exception_ptr failure, Payload value) {
    promise.settle([failure = std::move(failure), value = std::move(value)]() -> R {
      if (failure) std::rethrow_exception(failure);
      if constexpr (!std::is_void_v<R>) return converter::from_payload<R>(value);
    });
  };
}

/// Stopped when the future of a promise has gone without an outcome: nobody waits for it any more.
template <class T>
std::stop_token given_up(const temporal::detail::Promise<T>& promise) {
  std::stop_source source;
  promise.when_abandoned([source]() mutable { source.request_stop(); });
  return source.get_token();
}

/// The parameters of a function, decayed.
template <auto Function>
using ArgumentsOf = typename temporal::detail::FunctionTraits<Function>::Arguments;

/// The payloads of a call, in the function's own parameter types, so that 1 becomes 1.0 for a double.
template <class... A>
std::vector<Payload> payloads_of(const std::tuple<A...>& arguments) {
  return std::apply([](const auto&... argument) { return converter::to_payloads(argument...); }, arguments);
}

template <auto Function, class... A>
std::vector<Payload> arguments_of(A&&... arguments) {
  static_assert(sizeof...(A) == std::tuple_size_v<ArgumentsOf<Function>>,
                "one argument for each parameter of the function");
  return payloads_of(ArgumentsOf<Function>{std::forward<A>(arguments)...});
}

/// What a workflow, query or update gives, also where the function is a coroutine.
template <auto Function>
using ResultOf =
    std::remove_cvref_t<temporal::detail::task_result<typename temporal::detail::FunctionTraits<Function>::Result>>;

}  // namespace temporal::client::detail
