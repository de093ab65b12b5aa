#pragma once

#include <temporal/common/client_errors.h>
#include <temporal/converter/payload_converter.h>
#include <temporal/workflow/detail/pending.h>

#include <type_traits>

namespace temporal::workflow::detail {

/// The same error, which says of what the result was.
[[noreturn]] void throw_decode_error(const Pending& pending, const DecodeError& error);

/// Awaits a `Pending` and decodes what it was resolved with.
template <class Result>
class ResultAwaiter : public PendingAwaiter {
 public:
  using PendingAwaiter::PendingAwaiter;

  Result await_resume() const {
    const auto& payload = PendingAwaiter::await_resume();
    if constexpr (!std::is_void_v<Result>) {
      try {
        return converter::from_payload<Result>(payload);
      } catch (const DecodeError& error) {
        throw_decode_error(pending(), error);
      }
    }
  }
};

}  // namespace temporal::workflow::detail
