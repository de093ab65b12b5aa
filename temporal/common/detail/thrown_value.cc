#include <temporal/common/detail/thrown_value.h>

#include <temporal/common/type_name.h>

#include <cxxabi.h>

#include <optional>
#include <sstream>
#include <string_view>
#include <type_traits>

namespace temporal::detail {
namespace {

template <class T>
std::optional<std::string> value_as() {
  try {
    throw;
  } catch (T value) {  // NOLINT(misc-throw-by-value-catch-by-reference): Clang misreads a pointer caught by reference
    if constexpr (std::is_pointer_v<T>) {
      if (value == nullptr) return "nullptr";
    }
    std::ostringstream text;
    text << std::boolalpha << value;
    return text.str();
  } catch (...) {
    return std::nullopt;
  }
}

template <class... Types>
std::optional<std::string> value_as_one_of() {
  std::optional<std::string> value;
  static_cast<void>(((value = value_as<Types>()) || ...));
  return value;
}

}  // namespace

ThrownValue thrown_value() {
  const auto* type = abi::__cxa_current_exception_type();
  auto value = value_as_one_of<const char*, std::string, std::string_view, bool, char, int, unsigned, long,
                               unsigned long, long long, unsigned long long, double, float>();
  return {.type = type == nullptr ? "unknown" : type_name(*type),
          .message = value ? std::move(*value) : "an exception that is no std::exception"};
}

}  // namespace temporal::detail
