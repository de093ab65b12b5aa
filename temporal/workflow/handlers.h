#pragma once

#include <temporal/common/function_traits.h>
#include <temporal/common/payload.h>
#include <temporal/workflow/detail/erased.h>
#include <temporal/workflow/handler_options.h>

#include <concepts>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

/// \file
/// What workflow code can know of its handlers, and handlers that are registered while the workflow runs. Each function
/// throws `std::logic_error` when it is called outside of a workflow, and a `set_…` also in a query handler or a
/// validator. Not thread-safe; nothing of it leaves its workflow.

namespace temporal::workflow {

/// Which update a handler, or its validator, works for.
struct UpdateInfo {
  std::string id = {};
  std::string name = {};
};

/// The update that the code which asks works for; also in what its handler spawned. Null outside of one.
[[nodiscard]] const UpdateInfo* current_update_info();

/// True when no signal or update handler is under way. Wait for it at the end of a workflow whose handlers wait:
/// `co_await workflow::wait_condition(workflow::all_handlers_finished);`
[[nodiscard]] bool all_handlers_finished();

/// Keeps a handler registered for as long as it lives, or until the next one of its kind and name takes its place.
/// Declare it after what its function refers to.
class [[nodiscard("the handler is gone when nobody holds its registration")]] HandlerRegistration {
 public:
  enum class Kind { signal, query, update };

  HandlerRegistration(Kind kind, std::string name, std::uint64_t number) noexcept
      : kind_(kind), name_(std::move(name)), number_(number) {}
  HandlerRegistration(HandlerRegistration&& other) noexcept
      : kind_(other.kind_), name_(std::move(other.name_)), number_(std::exchange(other.number_, 0)) {}
  HandlerRegistration& operator=(HandlerRegistration&& other) noexcept {
    std::swap(kind_, other.kind_);
    std::swap(name_, other.name_);
    std::swap(number_, other.number_);
    return *this;
  }
  ~HandlerRegistration();

 private:
  Kind kind_;
  std::string name_;
  std::uint64_t number_;  ///< 0 when it was moved away
};

namespace detail {

HandlerRegistration register_signal(std::string name, SignalHandler handler);
HandlerRegistration register_query(std::string name, QueryHandler handler);
HandlerRegistration register_update(std::string name, UpdateHandler handler);

template <class Function>
using Called = temporal::detail::FunctionTypeTraits<decltype(&Function::operator())>;

/// Calls a lambda of the user, and keeps it until its coroutine has ended.
template <class Function>
Task<Payload> run_callable(std::shared_ptr<Function> function, const Arguments& payloads) {
  return payload_of([function, arguments = converter::from_payloads<typename Called<Function>::Arguments>(
                                   payloads)]() mutable { return std::apply(*function, std::move(arguments)); });
}

template <class Function>
auto runs(Function function) {
  return [shared = std::make_shared<Function>(std::move(function))](void* /*object*/, const std::string& /*name*/,
                                                                    const Arguments& arguments) {
    return run_callable(shared, arguments);
  };
}

}  // namespace detail

/// Handles a signal with a lambda: for workflows that are functions. Signals that came before, for which there was no
/// handler, are handled now, in their order.
///
/// ```cpp
/// bool approved = false;
/// const auto approve = workflow::set_signal_handler("approve", [&] { approved = true; });
/// co_await workflow::wait_condition([&] { return approved; });
/// ```
template <class Function>
HandlerRegistration set_signal_handler(std::string name, Function function, HandlerOptions options = {}) {
  return detail::register_signal(std::move(name), {.run = detail::runs(std::move(function)), .options = options});
}

/// Answers a query with a lambda, which must not change anything.
template <class Function>
HandlerRegistration set_query_handler(std::string name, Function function) {
  return detail::register_query(
      std::move(name), [function](const void* /*object*/, const std::string& /*name*/, const detail::Arguments& given) {
        return converter::to_payload(
            std::apply(function, converter::from_payloads<typename detail::Called<Function>::Arguments>(given)));
      });
}

/// Handles an update with a lambda. An update that comes before is rejected; one that comes with the first task waits
/// until the main function has run for the first time, so that what is registered there handles it. The handler ends
/// with the main function, also while it waits.
template <class Function>
HandlerRegistration set_update_handler(std::string name, Function function, HandlerOptions options = {}) {
  return detail::register_update(std::move(name),
                                 {.run = detail::runs(std::move(function)),
                                  .validate = detail::decodes<typename detail::Called<Function>::Arguments>,
                                  .options = options});
}

/// The same with a validator: a lambda that takes the handler's arguments, changes nothing, and throws to reject the
/// update. It does not run on replay.
///
/// ```cpp
/// const auto set_count = workflow::set_update_handler(
///     "set_count", [&](int value) { return std::exchange(count, value); },
///     [](int value) {
///       if (value < 0) throw temporal::ApplicationError{"a count is not negative"};
///     });
/// ```
template <class Function, class Validator>
  requires requires { &Validator::operator(); }
HandlerRegistration set_update_handler(std::string name, Function function, Validator validator,
                                       HandlerOptions options = {}) {
  using Given = typename detail::Called<Function>::Arguments;
  detail::check_validator<detail::Called<Function>, detail::Called<Validator>>();
  auto validate = [shared = std::make_shared<const Validator>(std::move(validator))](
                      const void* /*object*/, const std::string& /*name*/, const detail::Arguments& arguments) {
    std::apply(*shared, converter::from_payloads<Given>(arguments));
  };
  return detail::register_update(
      std::move(name), {.run = detail::runs(std::move(function)), .validate = std::move(validate), .options = options});
}

}  // namespace temporal::workflow
