#pragma once

#include <temporal/activity/interceptor.h>
#include <temporal/common/interceptor_chain.h>

#include <functional>
#include <memory>
#include <span>
#include <vector>

namespace temporal::activity::detail {

/// The interceptors around one attempt, the one that was registered first outermost.
class Interception {
 public:
  using Body = std::function<Task<Payload>(std::vector<Payload> arguments)>;

  Interception() = default;
  /// @param body the activity itself, as the last link.
  Interception(std::span<const std::shared_ptr<Interceptor>> interceptors, const Info& info, Body body);

  /// Where the chain begins; null when nobody is interested in this attempt.
  [[nodiscard]] AttemptInterceptor* first() const noexcept { return chain_.first(); }

 private:
  class Innermost;

  temporal::detail::InterceptorChain<AttemptInterceptor> chain_;
};

}  // namespace temporal::activity::detail
