#pragma once

#include <temporal/workflow/detail/first_done.h>
#include <temporal/workflow/detail/handle.h>
#include <temporal/workflow/spawn.h>
#include <temporal/workflow/task.h>

#include <concepts>
#include <cstddef>
#include <exception>
#include <memory>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

/// \file
/// Waiting for several things at once.

namespace temporal::workflow {

namespace detail {

template <class T>
using NonVoid = std::conditional_t<std::is_void_v<T>, std::monostate, T>;
template <class T>
using VectorOf = std::conditional_t<std::is_void_v<T>, void, std::vector<NonVoid<T>>>;

/// How something awaited ended.
template <class T>
struct Ended {
  std::optional<NonVoid<T>> value = {};
  std::exception_ptr failure = {};

  NonVoid<T> take() && {
    if (failure) std::rethrow_exception(failure);
    return std::move(*value);
  }
};

template <class Awaited>
using ResultOf = std::remove_cvref_t<decltype(std::declval<Awaited>().operator co_await().await_resume())>;

/// Whether values can be copied; a container claims to, whatever it holds.
template <class T>
constexpr bool can_be_copied() {
  if constexpr (!std::copy_constructible<T>) {
    return false;
  } else if constexpr (requires { requires !std::same_as<typename T::value_type, T>; }) {
    return can_be_copied<typename T::value_type>();
  } else {
    return true;
  }
}

/// A task is awaited once, and gives its result away. The result of a handle is for all who have the handle, and stays
/// there, unless it can only be moved.
template <class Awaited>
auto to_await(Awaited& awaited) noexcept -> decltype(auto) {
  if constexpr (IsHandle<Awaited> && can_be_copied<NonVoid<ResultOf<Awaited>>>()) {
    return std::as_const(awaited);
  } else {
    return std::move(awaited);
  }
}

template <class Awaited>
Task<Ended<ResultOf<Awaited>>> end_of(Awaited awaited) {
  Ended<ResultOf<Awaited>> ended;
  try {
    if constexpr (std::is_void_v<ResultOf<Awaited>>) {
      co_await to_await(awaited);
      ended.value.emplace();
    } else {
      ended.value.emplace(co_await to_await(awaited));
    }
  } catch (...) {
    ended.failure = std::current_exception();
  }
  co_return ended;
}

template <class... T, std::size_t... I>
Task<std::tuple<NonVoid<T>...>> all_of(std::tuple<TaskHandle<Ended<T>>...> handles, std::index_sequence<I...> /*all*/) {
  std::tuple<Ended<T>...> ended{co_await std::move(std::get<I>(handles))...};
  // Braces promise the order: the first failure is the one that is thrown.
  co_return std::tuple<NonVoid<T>...>{std::get<I>(std::move(ended)).take()...};
}

}  // namespace detail

/// Runs tasks side by side and gives all of their results, as a `std::tuple` with `std::monostate` for void. Handles of
/// what is under way already may be among them. Waits until all of them have ended, also when some fail, since tasks
/// may refer to what the caller owns; then throws the failure of the first one in the order of the arguments. To stop
/// the others at the first failure, run them in a `CancellationScope`.
///
/// `auto [hotel, flight] = co_await workflow::when_all(book_hotel(trip), book_flight(trip));`
template <class... Awaited>
  requires(std::derived_from<Awaited, detail::Awaitable> && ...)
Task<std::tuple<detail::NonVoid<detail::ResultOf<Awaited>>...>> when_all(Awaited... awaited) {
  std::tuple<TaskHandle<detail::Ended<detail::ResultOf<Awaited>>>...> handles{
      spawn(detail::end_of(std::move(awaited)))...};
  co_return co_await detail::all_of(std::move(handles), std::index_sequence_for<Awaited...>{});
}

/// The same for any number of one kind, with the results in a `std::vector`; nothing for tasks of void.
template <std::derived_from<detail::Awaitable> Awaited>
auto when_all(std::vector<Awaited> awaited) -> Task<detail::VectorOf<detail::ResultOf<Awaited>>> {
  using Result = detail::ResultOf<Awaited>;
  std::vector<TaskHandle<detail::Ended<Result>>> handles;
  for (auto& each : awaited) handles.push_back(spawn(detail::end_of(std::move(each))));
  std::vector<detail::Ended<Result>> ended;
  for (auto& handle : handles) ended.push_back(co_await std::move(handle));
  if constexpr (std::is_void_v<Result>) {
    for (auto& each : ended) std::move(each).take();
  } else {
    std::vector<Result> results;
    for (auto& each : ended) results.push_back(std::move(each).take());
    co_return results;
  }
}

/// Waits until one of the handles is done, and gives its place: the first in the order of the arguments. The others go
/// on and can still be awaited, or cancelled.
///
/// ```cpp
/// auto payment = workflow::start_activity<charge>(options, order);
/// auto deadline = workflow::start_timer(1h);
/// if (co_await workflow::when_any(payment, deadline) == 1) payment.cancel();
/// ```
template <detail::IsHandle... Handles>
  requires(sizeof...(Handles) > 0)
[[nodiscard]] detail::FirstDone when_any(const Handles&... handles) {
  return detail::FirstDone{{pending_of(handles)...}};
}

/// The same for any number of one kind. Throws `std::invalid_argument` when there is none.
template <detail::IsHandle Handle>
[[nodiscard]] detail::FirstDone when_any(const std::vector<Handle>& handles) {
  std::vector<std::shared_ptr<detail::Pending>> pendings;
  for (const auto& handle : handles) pendings.push_back(pending_of(handle));
  return detail::FirstDone{std::move(pendings)};
}

}  // namespace temporal::workflow
