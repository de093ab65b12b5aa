#include <tools/temporal-lambda/function.h>
#include <tools/temporal-lambda/text.h>

#include <boost/asio/post.hpp>

#include <algorithm>
#include <utility>

namespace temporal::local_lambda {

Function::Function(boost::asio::io_context& io, const LocalOptions& options, const FunctionConfig& config,
                   EventLog& log)
    : io_(io),
      options_(options),
      config_(config),
      log_(log),
      code_("temporal-lambda-task"),
      bootstrap_(lay_out_code(config.code, code_.path() / "task")) {}

bool Function::invoke(Invocation invocation) {
  const bool has_room = environments_.size() < config_.concurrency ||
                        std::ranges::any_of(environments_, [](const auto& environment) { return environment->idle(); });
  if (!invocation.is_event && (!has_room || stopped_)) return false;
  log_.write("invoke", {{"function", config_.name},
                        {"request_id", invocation.request_id},
                        {"type", invocation.is_event ? "Event" : "RequestResponse"}});
  queue_.push_back(std::move(invocation));
  dispatch();
  return true;
}

void Function::dispatch() {
  while (!queue_.empty() && !stopped_) {
    const auto idle = std::ranges::find_if(environments_, [](const auto& environment) { return environment->idle(); });
    if (idle == environments_.end() && environments_.size() >= config_.concurrency) return;
    Invocation next = std::move(queue_.front());
    queue_.pop_front();
    if (idle == environments_.end()) {
      start_environment(std::move(next));
    } else {
      const auto environment = *idle;
      environments_.splice(environments_.begin(), environments_, idle);
      environment->invoke(std::move(next));
    }
  }
}

void Function::start_environment(Invocation first) {
  const auto environment = std::make_shared<EnvironmentPointer>();
  Environment::Owner owner{.on_outcome = [this](Invocation invocation,
                                                const Outcome& outcome) { on_outcome(std::move(invocation), outcome); },
                           .on_idle = [this] { dispatch(); },
                           .on_ended =
                               [this, environment] {
                                 environments_.remove(*environment);
                                 environment->reset();
                                 if (environments_.empty() && stopped_) return stopped_();
                                 dispatch();
                               }};
  *environment = std::make_shared<Environment>(io_, options_, config_, bootstrap_, std::to_string(++started_), log_,
                                               std::move(owner));
  environments_.push_front(*environment);
  (*environment)->start(std::move(first));
}

void Function::on_outcome(Invocation invocation, const Outcome& outcome) {
  if (!invocation.is_event) {
    if (invocation.done) invocation.done(outcome);
    return;
  }
  if (!outcome.failed || invocation.attempt > options_.event_retries || stopped_) return;
  ++invocation.attempt;
  const auto timer = std::make_shared<boost::asio::steady_timer>(io_, options_.retry_delay);
  timer->async_wait([this, timer, invocation = std::move(invocation)](auto error) mutable {
    if (error || stopped_) return;
    queue_.push_back(std::move(invocation));
    dispatch();
  });
}

void Function::stop(std::function<void()> stopped) {
  stopped_ = std::move(stopped);
  queue_.clear();
  if (environments_.empty()) return boost::asio::post(io_, stopped_);
  for (const auto& environment : environments_) environment->retire("the local Lambda stops");
}

}  // namespace temporal::local_lambda
