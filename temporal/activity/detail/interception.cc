#include <temporal/activity/detail/interception.h>

#include <utility>

namespace temporal::activity::detail {

/// The activity itself.
class Interception::Innermost final : public AttemptInterceptor {
 public:
  explicit Innermost(Body body) : body_(std::move(body)) {}

  Task<Payload> execute(ExecuteInput input) override { return body_(std::move(input.arguments)); }
  void heartbeat(HeartbeatInput& /*input*/) override {}

 private:
  Body body_;
};

Interception::Interception(std::span<const std::shared_ptr<Interceptor>> interceptors, const Info& info, Body body) {
  for (const auto& interceptor : interceptors) {
    chain_.add(interceptor->intercept_activity(info));
  }
  if (!chain_.empty()) chain_.add(std::make_unique<Innermost>(std::move(body)));
}

}  // namespace temporal::activity::detail
