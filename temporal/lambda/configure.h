#pragma once

#include <temporal/common/function_traits.h>
#include <temporal/lambda/detail/run_to_end.h>
#include <temporal/lambda/lambda_worker_config.h>

#include <concepts>
#include <functional>
#include <memory>
#include <type_traits>
#include <utility>

namespace temporal::lambda {

/// What a callback returned, kept until the invocation is over. Null when it returned nothing.
using Scope = std::shared_ptr<void>;

/// The user's callback with its type erased: any callable that takes a `LambdaWorkerConfig&`. It may be a coroutine
/// that returns `temporal::Task`, which is waited for. What it returns, if anything, lives until the shutdown hooks
/// have run and is destroyed then, possibly on another thread.
class Configure {
 public:
  template <class Callback>
    requires(!std::same_as<std::remove_cvref_t<Callback>, Configure> && std::invocable<Callback&, LambdaWorkerConfig&>)
  Configure(Callback&& callback)  // NOLINT(google-explicit-constructor): a lambda is passed as it is
      : call_(erase(std::forward<Callback>(callback))) {}

  Scope operator()(LambdaWorkerConfig& config) const { return call_(config); }

 private:
  template <class Callback>
  static std::function<Scope(LambdaWorkerConfig&)> erase(Callback&& callback) {
    using Held = std::decay_t<Callback>;
    using Result = temporal::detail::task_result<std::invoke_result_t<Held&, LambdaWorkerConfig&>>;
    return [held = std::make_shared<Held>(std::forward<Callback>(callback))](LambdaWorkerConfig& config) -> Scope {
      if constexpr (std::is_void_v<Result>) {
        detail::run_to_end(*held, config);
        return nullptr;
      } else {
        return std::make_shared<std::remove_cvref_t<Result>>(detail::run_to_end(*held, config));
      }
    };
  }

  std::function<Scope(LambdaWorkerConfig&)> call_;
};

}  // namespace temporal::lambda
