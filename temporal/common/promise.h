#pragma once

#include <temporal/common/future.h>

namespace temporal {

/// The side of a `Future` that delivers: makes what calls back into something that a `temporal::Task` can await. Its
/// copies share one outcome; the first one given counts, with `set_value` or `set_exception`. When the last copy goes
/// without one, the future throws. `when_abandoned` tells that nobody waits any more. Thread-safe.
///
/// ```cpp
/// Future<std::string> fetch(std::string url) {
///   Promise<std::string> promise;
///   http.get(url, [promise](std::string body) { promise.set_value(std::move(body)); });
///   return promise.future();
/// }
/// ```
template <class T>
using Promise = detail::Promise<T>;

}  // namespace temporal
