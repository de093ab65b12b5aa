#pragma once

#include <temporal/client/interceptor.h>
#include <temporal/common/executor.h>
#include <temporal/common/interceptor_chain.h>

namespace temporal::client::detail {

class Session;

/// The interceptors around the calls of one session, the first one outermost.
class Interception {
 public:
  /// @param session owns this, and sends what the last link hands on
  explicit Interception(Session& session);

  /// Where the chain begins; null when nobody is interested in this client.
  [[nodiscard]] CallInterceptor* first() const noexcept { return chain_.first(); }

 private:
  class Innermost;

  temporal::detail::InterceptorChain<CallInterceptor> chain_;
};

/// Where links go on after they have waited. A pool of their own: an interceptor may block, which the threads of the
/// connection must not, and who waits for a call blocks none of these, as a coroutine would on the default executor.
Executor& interceptor_executor();

}  // namespace temporal::client::detail
