#include <tools/temporal-lambda/local/function.h>
#include <tools/temporal-lambda/local/text.h>

#include <boost/asio/post.hpp>

#include <algorithm>
#include <exception>
#include <utility>

namespace temporal::local_lambda {

Function::Function(boost::asio::io_context& io, const LocalOptions& options, const FunctionConfig& config, Log& log)
    : io_(io), options_(options), config_(config), log_(log), code_(lay_out()) {}

std::shared_ptr<const Function::Code> Function::lay_out() const {
  auto code = std::make_shared<Code>();
  code->changed = code_changed(config_.code);
  code->bootstrap = lay_out_code(config_.code, code->folder.path() / "task");
  return code;
}

void Function::log(std::string_view event, nlohmann::json fields) {
  fields["function"] = config_.name;
  fields["version"] = config_.version;
  log_.write(event, std::move(fields));
}

/// Half-built code is left for the next invocation to look at again.
void Function::reload_when_changed() {
  try {
    if (code_changed(config_.code) == code_->changed) return;
    code_ = lay_out();
  } catch (const std::exception& error) {
    log_.say("[" + config_.name + "] the old code runs on: " + error.what());
    return;
  }
  log("reloaded");
  for (const auto& environment : std::list{environments_}) {
    if (environment->idle()) environment->retire("there is new code");
  }
}

bool Function::invoke(Invocation invocation) {
  reload_when_changed();
  const bool is_any_idle =
      std::ranges::any_of(environments_, [](const auto& environment) { return environment->idle(); });
  if (!invocation.is_event && (!(is_any_idle || has_room()) || stopped_)) return false;
  log("invoke", {{"request_id", invocation.request_id}, {"type", invocation.is_event ? "Event" : "RequestResponse"}});
  queue_.push_back(std::move(invocation));
  dispatch();
  return true;
}

bool Function::has_room() const {
  return static_cast<std::size_t>(std::ranges::count_if(
             environments_, [](const auto& environment) { return !environment->leaving(); })) < config_.concurrency;
}

void Function::dispatch() {
  while (!queue_.empty() && !stopped_) {
    const auto idle = std::ranges::find_if(environments_, [](const auto& environment) { return environment->idle(); });
    if (idle == environments_.end() && !has_room()) return;
    Invocation next = std::move(queue_.front());
    queue_.pop_front();
    if (next.is_event && std::chrono::steady_clock::now() - next.accepted > options_.event_age) {
      log("event_dropped", {{"request_id", next.request_id}, {"why", "too old"}});
      continue;
    }
    if (idle == environments_.end()) {
      start_environment(std::move(next));
    } else {
      const auto environment = *idle;  // NOLINT(performance-unnecessary-copy-initialization): the splice ends `idle`
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
  try {
    *environment = std::make_shared<Environment>(io_, options_, config_,
                                                 std::shared_ptr<const std::filesystem::path>{code_, &code_->bootstrap},
                                                 std::to_string(++started_), log_, std::move(owner));
  } catch (const std::exception& error) {  // no port, no folder, no control group
    const auto text = std::string{"no execution environment could be made: "} + error.what();
    log_.say("[" + config_.name + "] " + text);
    const auto payload = to_text({{"errorType", "ServiceException"}, {"errorMessage", text}});
    return on_outcome(std::move(first), {.failed = true, .payload = payload, .error_type = "ServiceException"});
  }
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
