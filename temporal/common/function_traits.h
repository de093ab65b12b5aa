#pragma once

#include <cstddef>
#include <functional>
#include <initializer_list>
#include <span>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <variant>

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
inline constexpr bool is_view = std::is_pointer_v<T>;
template <class C, class Traits>
inline constexpr bool is_view<std::basic_string_view<C, Traits>> = true;
template <class T, std::size_t Extent>
inline constexpr bool is_view<std::span<T, Extent>> = true;
template <class T>
inline constexpr bool is_view<std::reference_wrapper<T>> = true;
template <class T>
inline constexpr bool is_view<std::initializer_list<T>> = true;

/// Containers, `std::optional` and what else names the type of what it holds, but for JSON and such, which hold
/// themselves.
template <class T>
concept Holder = requires { typename T::value_type; } && !std::is_same_v<typename T::value_type, T>;

template <class T>
consteval bool owns_its_memory();

template <class T>
inline constexpr bool all_own = true;
template <template <class...> class List, class... T>
inline constexpr bool all_own<List<T...>> = (owns_its_memory<T>() && ...);

template <class T>
consteval bool owns_its_memory() {
  using Value = std::remove_cvref_t<T>;
  if constexpr (is_view<Value>) {
    return false;
  } else if constexpr (Holder<Value>) {
    return owns_its_memory<typename Value::value_type>();
  } else if constexpr (requires { std::tuple_size<Value>::value; } || requires { std::variant_size<Value>::value; }) {
    return all_own<Value>;
  } else {
    return true;
  }
}

/// Whether a value of type `T`, reference or not, and what is inside of it own what they refer to: no pointer, view,
/// span or reference. What a class of the user's has for members is not seen.
template <class T>
inline constexpr bool owns = owns_its_memory<T>();

/// Whether a coroutine may have such parameters: it outlives the call that starts it.
template <class Raw>
inline constexpr bool all_by_value = false;
template <class... A>
inline constexpr bool all_by_value<std::tuple<A...>> = ((!std::is_reference_v<A> && owns<A>) && ...);

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
