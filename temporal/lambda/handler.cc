#include <temporal/lambda/handler.h>

#include <temporal/lambda/detail/connection_cache.h>
#include <temporal/lambda/detail/duration_text.h>
#include <temporal/lambda/detail/hooks.h>
#include <temporal/lambda/detail/prepare.h>
#include <temporal/lambda/detail/work.h>

#include <algorithm>
#include <optional>
#include <utility>

namespace temporal::lambda {
namespace {

using std::chrono_literals::operator""s;

/// The configuration of one invocation.
struct Prepared {
  Timestamp since = {};
  LambdaWorkerConfig config = {};
  Scope scope = {};
  bool configured = false;  ///< the callback has returned: hooks and scope are owed
};

std::string part(const std::string& text) { return text.empty() ? "unknown" : text; }

bool is_set(const std::optional<std::string>& text) { return text && !text->empty(); }

constexpr Duration longest_timeout = 900s;  // of a Lambda function
constexpr Duration oldest_configuration = 60s;
constexpr Duration oldest_secrets = 3600s;

/// Not more than a function can have: a clock that lags after a freeze would let it work until it is killed.
Duration time_left(const Invocation& invocation, Timestamp now, const Logger& log) {
  const Duration left = invocation.deadline.value_or(now) - now;
  if (left <= longest_timeout + 1s) return left;
  log.warn("the event's deadline is further away than Lambda allows: is the clock wrong? 900 s are taken for it",
           {{"time_left_seconds", detail::seconds(left)}});
  return longest_timeout;
}

/// @throws LambdaError where what handed out the event is not Lambda, and says so
void check_deadline(const Invocation& invocation, Duration left) {
  const std::string expected =
      " Whatever hands out events in Lambda's place has to set the header Lambda-Runtime-Deadline-Ms: when the "
      "invocation has to end, in milliseconds since 1970";
  if (!invocation.deadline) {
    throw LambdaError(ErrorType::event,
                      "the event has no deadline: Lambda-Runtime-Deadline-Ms is missing or no number." + expected);
  }
  if (left <= Duration::zero()) {
    throw LambdaError(ErrorType::event, "the event's deadline was " + detail::to_text(-left) + " ago." + expected);
  }
}

void set_identity(LambdaWorkerConfig& config, const Invocation& invocation) {
  if (is_set(config.worker_config.identity) || is_set(config.client_connect_config.identity)) return;
  config.worker_config.identity = part(invocation.request_id) + "@" + part(invocation.function_arn);
}

}  // namespace

class Handler::State {
 public:
  State(WorkerDeploymentVersion version, Configure configure, detail::World world)
      : version_(detail::effective_version(std::move(version), world.environment)),
        configure_(std::move(configure)),
        world_(std::move(world)),
        log_(world_.log.with({{"deployment", version_.deployment_name}, {"build_id", version_.build_id}})) {
    detail::check_version(version_);
    detail::check_environment(world_.environment);
    load();
    prepare(first_.emplace(), log_);
    first_->since = world_.clock->wall_now();
    connections_.open_early(first_->config.client_connect_config, log_);
  }

  Outcome invoke(const Invocation& invocation, const std::stop_token& stop) {
    auto log = log_.with({{"requestId", invocation.request_id}});
    const auto left = time_left(invocation, world_.clock->wall_now(), log);
    const auto deadline = world_.clock->now() + left;
    auto prepared = std::exchange(first_, std::nullopt);
    Outcome outcome;
    // With provisioned concurrency the first event may come hours later: what the callback fetched may have expired.
    if (prepared && world_.clock->wall_now() - prepared->since > oldest_configuration) {
      finish(*prepared, deadline, stop, log, outcome);
      prepared.reset();
    }
    try {
      if (!prepared) {
        renew_secrets(log);
        prepare(prepared.emplace(), log);
      }
    } catch (...) {
      outcome.failure = detail::to_failure(std::current_exception());
    }
    log = log.with({{"task_queue", prepared->config.worker_config.task_queue}});
    if (!outcome.failure) {
      const detail::Schedule schedule{
          .deadline = deadline,
          .buffer = prepared->config.effective_shutdown_deadline_buffer(),
          .graceful_timeout = prepared->config.worker_config.graceful_shutdown_timeout,
      };
      run(invocation, *prepared, {world_, connections_, log, schedule, stop}, left, outcome);
    }
    if (prepared->configured) finish(*prepared, deadline, stop, log, outcome);
    if (outcome.failure) {
      log.error("the invocation failed",
                {{"error_type", to_string(outcome.failure->type)}, {"error", outcome.failure->message}});
    }
    has_failed_ = outcome.failure.has_value();
    return outcome;
  }

 private:
  void load() {
    const auto loaded = world_.load(world_.environment);
    for (const auto& warning : loaded.warnings) log_.warn(warning);
    defaults_ = detail::default_config(version_, loaded, world_.environment);
    has_secrets_ = loaded.secrets != envconfig::SecretIds{};
    loaded_at_ = world_.clock->wall_now();
  }

  /// Secrets change while an environment lives. They are read again after a while, and when an invocation has failed,
  /// as one does whose key is no longer good.
  void renew_secrets(const Logger& log) {
    if (!has_secrets_ || (!has_failed_ && world_.clock->wall_now() - loaded_at_ < oldest_secrets)) return;
    try {
      load();
    } catch (...) {
      log.warn("the secrets could not be read again: those from before are used",
               {{"error", detail::to_failure(std::current_exception()).message}});
    }
  }

  void prepare(Prepared& prepared, const Logger& log) const {
    prepared.config = defaults_;
    prepared.scope = detail::call_configure(configure_, prepared.config);
    prepared.configured = true;
    detail::apply_overrides(prepared.config, version_, log);
    detail::validate(prepared.config, world_);
  }

  static void run(const Invocation& invocation, Prepared& prepared, const detail::Shift& shift, Duration left,
                  Outcome& outcome) {
    try {
      check_deadline(invocation, left);
      set_identity(prepared.config, invocation);
      for (const auto& hook : prepared.config.invocation_hooks) hook(invocation);
      log_start(prepared.config, shift);
      detail::check_budget(shift);
      const auto result = detail::work(prepared.config, shift);
      outcome.must_exit |= result.abandoned;
      if (result.error) outcome.failure = detail::to_failure(result.error);
    } catch (...) {
      outcome.failure = detail::to_failure(std::current_exception());
    }
  }

  static void log_start(const LambdaWorkerConfig& config, const detail::Shift& shift) {
    const auto& schedule = shift.schedule;
    shift.log.info("invocation started",
                   {{"address", config.client_connect_config.address},
                    {"namespace", config.client_connect_config.namespace_},
                    {"time_left_seconds", detail::seconds(schedule.deadline - shift.world.clock->now())},
                    {"buffer_seconds", detail::seconds(schedule.buffer)},
                    {"graceful_timeout_seconds", detail::seconds(schedule.graceful_timeout)}});
    if (schedule.buffer < schedule.graceful_timeout + 1s) {
      shift.log.warn(
          "the shutdown buffer is less than the graceful timeout + 1 s: activities may be cut off; raise "
          "shutdown_deadline_buffer or lower graceful_shutdown_timeout",
          {{"buffer_seconds", detail::seconds(schedule.buffer)},
           {"graceful_timeout_seconds", detail::seconds(schedule.graceful_timeout)}});
    }
  }

  void finish(Prepared& prepared, detail::SteadyTime deadline, const std::stop_token& stop, const Logger& log,
              Outcome& outcome) const {
    const auto now = world_.clock->now();
    auto until = detail::hooks_until(deadline, now);
    if (stop.stop_requested()) {  // what is left of the grace after SIGTERM, once the drain had its part
      until = std::min(until, now + (detail::termination_hooks - detail::termination_drain));
      deadline = std::min(deadline, until);
    }
    detail::CleanUp what{.hooks = std::move(prepared.config.shutdown_hooks),
                         .scope = std::move(prepared.scope),
                         .flush = detail::flush_of(prepared.config.client_connect_config)};
    if (!detail::clean_up(world_.clock, std::move(what), until, deadline, log)) outcome.must_exit = true;
  }

  WorkerDeploymentVersion version_;
  Configure configure_;
  detail::World world_;
  Logger log_;
  detail::ConnectionCache connections_{world_};
  LambdaWorkerConfig defaults_;
  bool has_secrets_ = false;
  bool has_failed_ = false;  ///< the invocation before
  Timestamp loaded_at_ = {};
  std::optional<Prepared> first_;
};

Handler::Handler(WorkerDeploymentVersion version, Configure configure, detail::World world) {
  try {
    state_ = std::make_unique<State>(std::move(version), std::move(configure), std::move(world));
  } catch (const LambdaError&) {
    throw;
  } catch (...) {
    const auto failure = detail::to_failure(std::current_exception());
    throw LambdaError(failure.type, failure.message);
  }
}
Handler::Handler(Handler&&) noexcept = default;
Handler& Handler::operator=(Handler&&) noexcept = default;
Handler::~Handler() = default;

Outcome Handler::operator()(const Invocation& invocation, std::stop_token stop) {
  return state_->invoke(invocation, stop);
}

}  // namespace temporal::lambda
