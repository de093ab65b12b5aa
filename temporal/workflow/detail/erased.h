#pragma once

#include <temporal/common/function_traits.h>
#include <temporal/common/payload.h>
#include <temporal/converter/payload_converter.h>
#include <temporal/workflow/handler_options.h>
#include <temporal/workflow/task.h>

#include <concepts>
#include <cstdint>
#include <functional>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

/// \file
/// The user's functions without their types: from payloads to payload.

namespace temporal::workflow::detail {

using Arguments = std::vector<Payload>;

/// A handler: `object` is that of a workflow that is a class, `name` what the caller called. An update's `validate`
/// throws to reject it.
struct SignalHandler {
  std::function<Task<Payload>(void* object, const std::string& name, const Arguments& arguments)> run = {};
  HandlerOptions options = {};
};
struct UpdateHandler {
  std::function<Task<Payload>(void* object, const std::string& name, const Arguments& arguments)> run = {};
  std::function<void(const void* object, const std::string& name, const Arguments& arguments)> validate = {};
  HandlerOptions options = {};
};
using QueryHandler = std::function<Payload(const void* object, const std::string& name, const Arguments& arguments)>;

template <auto Function>
inline constexpr bool is_coroutine = is_task<typename temporal::detail::FunctionTraits<Function>::Result>;

template <auto Function>
constexpr void check_coroutine() {
  using Traits = temporal::detail::FunctionTraits<Function>;
  static_assert(temporal::detail::all_by_value<typename Traits::RawArguments>,
                "A coroutine outlives the call that starts it: take its arguments by value, not by reference, pointer "
                "or view.");
}

/// `Handler` and `Validator` are function traits.
template <class Handler, class Validator>
constexpr void check_validator() {
  static_assert(std::is_void_v<typename Validator::Result>,
                "A validator returns nothing: it throws to reject the update.");
  static_assert(std::is_same_v<typename Handler::Arguments, typename Validator::Arguments>,
                "A validator takes the arguments of its handler, so that it rejects what does not decode as those.");
}

/// Makes the call, whether it is a coroutine or not, and keeps it until the coroutine has ended.
template <class Call>
Task<Payload> payload_of(Call call) {
  using Result = std::invoke_result_t<Call&>;
  if constexpr (is_task<Result>) {
    if constexpr (std::is_void_v<typename Result::value_type>) {
      co_await call();
      co_return converter::null_payload();
    } else {
      co_return converter::to_payload(co_await call());
    }
  } else if constexpr (std::is_void_v<Result>) {
    call();
    co_return converter::null_payload();
  } else {
    co_return converter::to_payload(call());
  }
}

/// When the main function has ended, and its locals are gone: ends what was started since it began, which may refer to
/// them, while their place is still there. Does nothing at the eviction, which has done so.
class EndOfMain {
 public:
  EndOfMain();
  EndOfMain(const EndOfMain&) = delete;
  EndOfMain& operator=(const EndOfMain&) = delete;
  ~EndOfMain();

 private:
  const std::uint64_t first_;  ///< the number of the first routine that it may have started
};

/// The same for the main function.
template <class Call>
Task<Payload> payload_of_main(Call call) {
  using Result = std::invoke_result_t<Call&>;
  auto main = call();
  const EndOfMain end;  // goes before `main`
  if constexpr (std::is_void_v<typename Result::value_type>) {
    co_await std::move(main);
    co_return converter::null_payload();
  } else {
    co_return converter::to_payload(co_await std::move(main));
  }
}

inline std::vector<RawValue> raw_values(const Arguments& payloads) {
  std::vector<RawValue> values;
  values.reserve(payloads.size());
  for (const auto& payload : payloads) values.push_back({payload});
  return values;
}

template <auto Function, class Object, class Tuple>
auto call(Object* object, Tuple arguments) {
  using Traits = temporal::detail::FunctionTraits<Function>;
  return std::apply(
      [object](auto&&... argument) -> typename Traits::Result {
        if constexpr (Traits::is_member) {
          return (object->*Function)(std::forward<decltype(argument)>(argument)...);
        } else {
          return Function(std::forward<decltype(argument)>(argument)...);
        }
      },
      std::move(arguments));
}

/// Runs the user's main function.
template <auto Function>
Task<Payload> run_erased(void* /*object*/, const Arguments& payloads) {
  using Traits = temporal::detail::FunctionTraits<Function>;
  return payload_of_main([arguments = converter::from_payloads<typename Traits::Arguments>(payloads)]() mutable {
    return std::apply(Function, std::move(arguments));
  });
}

/// The same for one that takes what comes, undecoded.
template <auto Function>
Task<Payload> run_raw(void* /*object*/, const Arguments& payloads) {
  return payload_of_main([values = raw_values(payloads)]() mutable { return Function(std::move(values)); });
}

/// A validator that only looks whether the arguments decode: what does not must not fail the workflow's task.
template <class Tuple>
void decodes(const void* /*object*/, const std::string& /*name*/, const Arguments& payloads) {
  converter::from_payloads<Tuple>(payloads);
}

/// Member pointers to a base class are accepted: the object is always handed on as the registered class.
/// `Dynamic`: the member takes the name and all arguments undecoded.
template <class Workflow, auto Member, bool Dynamic = false>
struct Bound {
  using Traits = temporal::detail::FunctionTraits<Member>;
  static_assert(std::derived_from<Workflow, typename Traits::Class>,
                "a handler must be a member of the workflow's class");
  static_assert(!Dynamic || std::is_same_v<typename Traits::Arguments, std::tuple<std::string, std::vector<RawValue>>>,
                "a dynamic handler takes a std::string, the name, and a std::vector<temporal::RawValue>");

  static auto arguments(const std::string& name, const Arguments& payloads) {
    if constexpr (Dynamic) {
      return std::tuple{name, raw_values(payloads)};
    } else {
      return converter::from_payloads<typename Traits::Arguments>(payloads);
    }
  }
  static auto bind(void* object, const std::string& name, const Arguments& payloads) {
    typename Traits::Class* base = static_cast<Workflow*>(object);
    return [base, arguments = arguments(name, payloads)]() mutable { return call<Member>(base, std::move(arguments)); };
  }
  static Task<Payload> run_main(void* object, const Arguments& payloads) {
    return payload_of_main(bind(object, {}, payloads));
  }
  static Task<Payload> run(void* object, const std::string& name, const Arguments& payloads) {
    return payload_of(bind(object, name, payloads));
  }
  static Payload query(const void* object, const std::string& name, const Arguments& payloads) {
    const typename Traits::Class* base = static_cast<const Workflow*>(object);
    return converter::to_payload(call<Member>(base, arguments(name, payloads)));
  }
  static void validate(const void* object, const std::string& name, const Arguments& payloads) {
    const typename Traits::Class* base = static_cast<const Workflow*>(object);
    call<Member>(base, arguments(name, payloads));
  }
};

}  // namespace temporal::workflow::detail
