#pragma once

#include <temporal/common/duration.h>
#include <temporal/lambda/detail/run_to_end.h>

#include <concepts>
#include <functional>
#include <type_traits>
#include <utility>

namespace temporal::lambda {

/// Runs after the worker has stopped: any callable that takes a `Duration`, the time that remains before Lambda stops
/// the process; a quarter of a second of it is kept for the answer. It may be a coroutine that returns
/// `temporal::Task`. Hooks run on a thread of their own, each when the one registered before it has ended.
class ShutdownHook {
 public:
  template <class Callback>
    requires(!std::same_as<Callback, ShutdownHook> && std::invocable<Callback&, Duration>)
  ShutdownHook(Callback callback)  // NOLINT(google-explicit-constructor): a lambda is passed as it is
      : run_([callback = std::move(callback)](Duration time_left) mutable {
          static_cast<void>(detail::run_to_end(callback, time_left));
        }) {}

  /// Returns when it has ended, and throws what it threw.
  void operator()(Duration time_left) const { run_(time_left); }

 private:
  std::function<void(Duration)> run_;
};

}  // namespace temporal::lambda
