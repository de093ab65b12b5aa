#pragma once

#include <temporal/common/function_traits.h>

#include <string_view>
#include <type_traits>

/// \file
/// The names under which functions and classes are known to the server, read at compile time.
///
/// A function's name is its plain identifier, without namespace or class. To choose another one, say so once, where
/// both caller and worker see it:
/// ```cpp
/// template <> inline constexpr std::string_view temporal::registered_name<greet> = "Greet";
/// ```
/// A lambda or a class that is a template instance has no plain identifier: without such a line it does not compile.
/// The same goes for an instance of a function template where the compiler writes its arguments. Clang does not: there
/// every instance gets the name of its template, and a worker refuses the second one that is registered.

namespace temporal {
namespace detail {

template <auto Function>
consteval std::string_view signature_of_function() {
  return __PRETTY_FUNCTION__;
}

template <class Type>
consteval std::string_view signature_of_type() {
  return __PRETTY_FUNCTION__;
}

/// The template argument inside a `__PRETTY_FUNCTION__`: Clang writes "[Type = X]", GCC "[with Type = X; other = …]".
consteval std::string_view argument_of(std::string_view signature) {
  const auto begin = signature.find(" = ", signature.find('[')) + 3;
  auto end = signature.rfind(']');
  if (const auto alias = signature.find("; ", begin); alias != std::string_view::npos) end = alias;
  return signature.substr(begin, end - begin);
}

constexpr bool is_identifier_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}

/// Whether a name is one that the compiler made up for a lambda or for the function behind it.
consteval bool is_lambda(std::string_view name) {
  for (const std::string_view mark : {"(lambda", "<lambda", "{lambda", "'lambda", "(anonymous class)"}) {
    if (name.find(mark) != std::string_view::npos) return true;
  }
  return false;
}

/// The identifier at the end of a qualified name; empty when it does not end with one or belongs to a lambda.
consteval std::string_view plain_identifier(std::string_view qualified) {
  if (is_lambda(qualified)) return {};
  auto begin = qualified.size();
  while (begin > 0 && is_identifier_character(qualified[begin - 1])) --begin;
  return qualified.substr(begin);
}

template <auto Function>
consteval std::string_view function_name() {
  constexpr auto name = plain_identifier(argument_of(signature_of_function<Function>()));
  static_assert(!name.empty(),
                "A template instance or a lambda has no plain name. Give it one where caller and worker see it: "
                "template <> inline constexpr std::string_view temporal::registered_name<f> = \"Name\";");
  return name;
}

template <class Type>
consteval std::string_view type_identifier() {
  constexpr auto name = plain_identifier(argument_of(signature_of_type<Type>()));
  static_assert(!name.empty(),
                "A template instance has no plain name. Give it one where caller and worker see it: "
                "template <> inline constexpr std::string_view temporal::registered_type_name<T> = \"Name\";");
  return name;
}

}  // namespace detail

/// The name of an activity, workflow function or handler. Specialise it to choose another one.
template <auto Function>
inline constexpr std::string_view registered_name = detail::function_name<Function>();

/// The name of a workflow that is a class: "Order" for `shop::Order`. Specialise it to choose another one.
template <class Workflow>
inline constexpr std::string_view registered_type_name = detail::type_identifier<Workflow>();

namespace detail {

/// The name of the workflow whose run function is `Run`: its own, or for a member the one of its class.
template <auto Run>
consteval std::string_view workflow_name() {
  if constexpr (FunctionTraits<Run>::is_member) {
    return registered_type_name<typename FunctionTraits<Run>::Class>;
  } else {
    return registered_name<Run>;
  }
}

}  // namespace detail

}  // namespace temporal
