#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <tuple>
#include <type_traits>

/// \file
/// What the templates of this library read from a function that is a template argument.

namespace temporal::detail {

template <class Returned, class Owner, class... A>
struct FunctionShape {
  using Result = Returned;
  using Class = Owner;  ///< void for a free function
  using Arguments = std::tuple<std::decay_t<A>...>;
  using RawArguments = std::tuple<A...>;
  static constexpr bool is_member = !std::is_void_v<Owner>;
  static constexpr std::size_t arity = sizeof...(A);
};

/// Left undefined for what is no function: the error then names the type.
template <class Type>
struct FunctionTypeTraits;

template <class R, class... A>
struct FunctionTypeTraits<R (*)(A...)> : FunctionShape<R, void, A...> {};
template <class R, class... A>
struct FunctionTypeTraits<R (*)(A...) noexcept> : FunctionShape<R, void, A...> {};
template <class R, class C, class... A>
struct FunctionTypeTraits<R (C::*)(A...)> : FunctionShape<R, C, A...> {};
template <class R, class C, class... A>
struct FunctionTypeTraits<R (C::*)(A...) noexcept> : FunctionShape<R, C, A...> {};
template <class R, class C, class... A>
struct FunctionTypeTraits<R (C::*)(A...) const> : FunctionShape<R, C, A...> {};
template <class R, class C, class... A>
struct FunctionTypeTraits<R (C::*)(A...) const noexcept> : FunctionShape<R, C, A...> {};
template <class R, class C, class... A>
struct FunctionTypeTraits<R (C::*)(A...)&> : FunctionShape<R, C, A...> {};
template <class R, class C, class... A>
struct FunctionTypeTraits<R (C::*)(A...) & noexcept> : FunctionShape<R, C, A...> {};
template <class R, class C, class... A>
struct FunctionTypeTraits<R (C::*)(A...) const&> : FunctionShape<R, C, A...> {};
template <class R, class C, class... A>
struct FunctionTypeTraits<R (C::*)(A...) const & noexcept> : FunctionShape<R, C, A...> {};

/// `Result`, decayed `Arguments`, `RawArguments` as written, `Class` and `is_member` of a function or member function.
template <auto Function>
struct FunctionTraits : FunctionTypeTraits<std::remove_cv_t<decltype(Function)>> {};

/// Types that point into memory that somebody else owns.
template <class T>
inline constexpr bool is_view_of_another = false;
template <class C, class Traits>
inline constexpr bool is_view_of_another<std::basic_string_view<C, Traits>> = true;
template <class T, std::size_t Extent>
inline constexpr bool is_view_of_another<std::span<T, Extent>> = true;
template <class T>
inline constexpr bool is_view = is_view_of_another<std::remove_cvref_t<T>>;

/// Whether a coroutine may have such parameters: it outlives the call that starts it.
template <class Raw>
inline constexpr bool all_by_value = false;
template <class... A>
inline constexpr bool all_by_value<std::tuple<A...>> =
    ((!std::is_reference_v<A> && !std::is_pointer_v<A> && !is_view<A>) && ...);

/// The result of a call: `T::value_type` where `T` is a coroutine type (it names a `promise_type`), else `T` itself.
template <class T>
struct TaskResult {
  using type = T;
};
template <class T>
  requires requires {
    typename T::promise_type;
    typename T::value_type;
  }
struct TaskResult<T> {
  using type = typename T::value_type;
};
template <class T>
using task_result = typename TaskResult<T>::type;

}  // namespace temporal::detail
