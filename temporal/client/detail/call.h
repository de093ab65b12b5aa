#pragma once

#include <temporal/client/detail/interception.h>
#include <temporal/client/detail/send.h>
#include <temporal/client/detail/session.h>
#include <temporal/client/detail/typed_call.h>
#include <temporal/common/start.h>

#include <exception>
#include <memory>
#include <stop_token>
#include <type_traits>
#include <utility>

/// \file
/// A call of the client: through the interceptors, and out.

namespace temporal::client::detail {

/// One of the functions of a `CallInterceptor`.
template <class T, class Input>
using LinkFunction = Task<T> (CallInterceptor::*)(Input);

/// A call on its way through the links. It keeps the session, which owns them.
template <class T, class Input>
temporal::detail::Root intercepted(temporal::detail::TaskContext, std::shared_ptr<Session> session,
                                   LinkFunction<T, Input> function, Input input, OnDone<T> done) {
  std::exception_ptr failure;
  if constexpr (std::is_void_v<T>) {
    try {
      co_await (session->interception().first()->*function)(std::move(input));
    } catch (...) {
      failure = std::current_exception();
    }
    done(std::move(failure));
  } else {
    T value;
    try {
      value = co_await (session->interception().first()->*function)(std::move(input));
    } catch (...) {
      failure = std::current_exception();
    }
    done(std::move(failure), std::move(value));
  }
}

/// Makes a call. Stop `given_up` when nobody waits for it any more: it ends what only waits. `function` is the one that
/// a link intercepts it with; where there are no links it is sent at once.
template <class T, class Input>
void call(const std::shared_ptr<Session>& session, LinkFunction<T, Input> function, std::type_identity_t<Input> input,
          OnDone<T> done, std::stop_token given_up = {}) {
  if (session->interception().first() == nullptr) {
    return send(session, std::move(input), std::move(done), std::move(given_up));
  }
  // It begins on the calling thread, which has what an interceptor may look for: the current span, for example.
  intercepted(temporal::detail::TaskContext{&interceptor_executor(), std::move(given_up)}, session, function,
              std::move(input), std::move(done))
      .frame.resume();
}

}  // namespace temporal::client::detail
