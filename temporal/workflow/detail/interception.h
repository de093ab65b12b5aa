#pragma once

#include <temporal/common/interceptor_chain.h>
#include <temporal/workflow/interceptor.h>

namespace temporal::workflow::detail {

class Context;

/// The interceptors around one run, the one that was registered first outermost.
class Interception {
 public:
  explicit Interception(Context& context);

  /// Where the chain begins; null when nobody is interested in this run.
  [[nodiscard]] RunInterceptor* first() const noexcept { return chain_.first(); }
  /// The same for what the run asks for: null during the eviction, too, when nothing is asked for in earnest.
  [[nodiscard]] RunInterceptor* outbound() const noexcept;
  /// The eviction, while the run's context is still there.
  void end() noexcept { chain_.clear(); }

 private:
  class Innermost;

  Context& context_;
  temporal::detail::InterceptorChain<RunInterceptor> chain_;
};

}  // namespace temporal::workflow::detail
