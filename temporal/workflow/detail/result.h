#pragma once

#include <temporal/converter/payload_converter.h>
#include <temporal/workflow/detail/pending.h>

#include <type_traits>

namespace temporal::workflow::detail {

/// Awaits a `Pending` and decodes what it was resolved with.
template <class Result>
class ResultAwaiter : public PendingAwaiter {
 public:
  using PendingAwaiter::PendingAwaiter;

  Result await_resume() const {
    const auto& payload = PendingAwaiter::await_resume();
    if constexpr (!std::is_void_v<Result>) return converter::from_payload<Result>(payload);
  }
};

}  // namespace temporal::workflow::detail
