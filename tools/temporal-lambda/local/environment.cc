#include <tools/temporal-lambda/local/environment.h>
#include <tools/temporal-lambda/local/report.h>
#include <tools/temporal-lambda/local/text.h>

#include <boost/asio/post.hpp>

#include <signal.h>

#include <cstdio>
#include <exception>
#include <utility>

namespace temporal::local_lambda {

using namespace std::chrono_literals;
using std::chrono::duration_cast;
using std::chrono::microseconds;

namespace {

constexpr std::size_t longest_tail = 4096;  // what Lambda gives of a log
constexpr std::size_t largest_response = 6'291'556;
constexpr std::string_view invocation_prefix = "/2018-06-01/runtime/invocation/";

double milliseconds(std::chrono::steady_clock::duration duration) {
  return static_cast<double>(duration_cast<microseconds>(duration).count()) / 1000;
}

std::string error_json(const std::string& type, const std::string& message) {
  return to_text({{"errorType", type}, {"errorMessage", message}});
}

Outcome error_outcome(const HttpRequest& request) {
  const auto body = nlohmann::json::parse(request.body(), nullptr, false);
  std::string type{request["Lambda-Runtime-Function-Error-Type"]};
  if (type.empty() && body.is_object()) type = body.value("errorType", "");
  return {.failed = true, .payload = request.body(), .error_type = type.empty() ? "Unhandled" : type};
}

}  // namespace

Environment::Environment(boost::asio::io_context& io, const LocalOptions& options, const FunctionConfig& function,
                         std::shared_ptr<const std::filesystem::path> bootstrap, std::string id, Log& log, Owner owner)
    : io_(io),
      options_(options),
      function_(function),
      bootstrap_(std::move(bootstrap)),
      id_(std::move(id)),
      log_(log),
      owner_(std::move(owner)),
      scratch_("tmp"),
      // Nobody limits a runtime: it may be frozen for as long as it likes.
      runtime_api_(io, 0, [this](const HttpRequest& request, Reply reply) { on_request(request, std::move(reply)); },
                   {}),
      timer_(io),
      memory_timer_(io) {
  if (!options_.cpu) return;
  const auto name = qualified(function_.name, function_.version) + "-" + id_;
  cpu_group_.emplace(*options_.cpu, name, vcpus(function_.memory_mb));
}

std::map<std::string, std::string> Environment::variables() const {
  std::map<std::string, std::string> variables{
      {"AWS_DEFAULT_REGION", options_.place.region},
      {"AWS_EXECUTION_ENV", "AWS_Lambda_provided.al2023"},
      {"AWS_LAMBDA_FUNCTION_MEMORY_SIZE", std::to_string(function_.memory_mb)},
      {"AWS_LAMBDA_FUNCTION_NAME", function_.name},
      {"AWS_LAMBDA_FUNCTION_VERSION", function_.version},
      {"AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand"},
      {"AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/" + function_.name},
      {"AWS_LAMBDA_LOG_STREAM_NAME", id_},
      {"AWS_LAMBDA_RUNTIME_API", "127.0.0.1:" + std::to_string(runtime_api_.port())},
      {"AWS_REGION", options_.place.region},
      {"AWS_XRAY_CONTEXT_MISSING", "LOG_ERROR"},
      {"AWS_XRAY_DAEMON_ADDRESS", "127.0.0.1:2000"},
      {"LAMBDA_RUNTIME_DIR", "/var/runtime"},
      {"LAMBDA_TASK_ROOT", bootstrap_->parent_path().string()},
      {"LANG", "en_US.UTF-8"},
      {"PATH", "/usr/local/bin:/usr/bin:/bin"},
      {"TMPDIR", scratch_.path().string()},
      {"TZ", ":UTC"},
      {"_HANDLER", "bootstrap"},
  };
  for (const auto& [name, value] : function_.environment) variables[name] = value;
  return variables;
}

void Environment::log(std::string_view event, nlohmann::json fields) {
  fields["function"] = function_.name;
  fields["version"] = function_.version;
  fields["environment"] = id_;
  fields["pid"] = pid();
  if (invocation_) fields["request_id"] = invocation_->request_id;
  log_.write(event, std::move(fields));
}

void Environment::say(const std::string& line) {
  log_.say("[" + function_.name + " " + id_ + "] " + line);
  if (!invocation_ || !invocation_->wants_log) return;
  tail_ += line + "\n";
  if (tail_.size() > longest_tail) tail_.erase(0, tail_.size() - longest_tail);
}

void Environment::start(Invocation first) {
  invocation_ = std::move(first);
  limit(options_.start_delay, &Environment::begin);
}

void Environment::begin() {
  limit(options_.init_timeout, &Environment::on_timeout);
  start_process();
}

void Environment::start_process() {
  started_at_ = Clock::now();
  try {
    child_ = std::make_unique<Child>(
        io_,
        ChildOptions{.program = *bootstrap_,
                     .environment = variables(),
                     .working_directory = bootstrap_->parent_path(),
                     .read_only = bootstrap_->parent_path(),
                     .control_group = cpu_group_ ? cpu_group_->entrance() : std::filesystem::path{},
                     .on_line = [self = shared_from_this()](const std::string& line) { self->say(line); },
                     .on_exit = [self = shared_from_this()](int status) { self->on_exit(describe_exit(status)); }});
  } catch (const std::exception& error) {
    cannot_start_ = error.what();
    return boost::asio::post(io_, [self = shared_from_this()] { self->on_exit("cannot start"); });
  }
  log("environment_start");
  watch_memory();
}

/// Real Lambda has the kernel do this. Here the process is looked at every few milliseconds.
void Environment::watch_memory() {
  memory_timer_.expires_after(options_.memory_check);
  memory_timer_.async_wait([self = shared_from_this()](auto error) {
    if (error || self->state_ == State::ended) return;
    if (!self->frozen_ && memory_mb(self->pid()) > self->function_.memory_mb) {
      self->out_of_memory_ = true;
      self->max_memory_mb_ = self->function_.memory_mb;
      self->log("out_of_memory");
      return self->kill();
    }
    self->watch_memory();
  });
}

void Environment::on_request(const HttpRequest& request, Reply reply) {
  const std::string_view target{request.target().data(), request.target().size()};
  if (target == "/2018-06-01/runtime/init/error") {
    init_error_ = error_outcome(request);
    return reply(make_response(202, R"({"status":"OK"})"));
  }
  if (!target.starts_with(invocation_prefix)) return reply(make_response(404));
  const auto rest = target.substr(invocation_prefix.size());
  if (rest == "next") return on_next(std::move(reply));
  const auto slash = rest.find('/');
  const auto action = slash == std::string_view::npos ? "" : rest.substr(slash + 1);
  if (state_ != State::busy || !invocation_ || rest.substr(0, slash) != invocation_->request_id || answered_) {
    return reply(make_response(403, error_json("InvalidRequestID", "no such invocation is under way")));
  }
  if (action == "response" && request.body().size() > largest_response) {
    const std::string type = "Function.ResponseSizeTooLarge";
    const auto error = error_json(type, "Response payload size exceeded maximum allowed payload size (" +
                                            std::to_string(largest_response) + " bytes).");
    on_answer({.failed = true, .payload = error, .error_type = type});
    return reply(make_response(413, error));
  }
  if (action == "response") {
    on_answer({.payload = request.body()});
  } else if (action == "error") {
    on_answer(error_outcome(request));
  } else {
    return reply(make_response(404));
  }
  reply(make_response(202, R"({"status":"OK"})"));
}

void Environment::on_next(Reply reply) {
  if (state_ == State::busy && !answered_) {
    return reply(make_response(
        403, error_json("InvalidStateTransition", "answer the invocation before asking for the next one")));
  }
  waiting_next_ = std::move(reply);
  timer_.cancel();
  if (state_ == State::init) {
    init_duration_ = Clock::now() - started_at_;
    log("init_done", {{"init_ms", milliseconds(*init_duration_)}});
    state_ = State::busy;
    return hand_out();
  }
  if (state_ == State::busy) finish_invocation();
  if (state_ == State::retiring) return;
  state_ = State::idle;
  owner_.on_idle();  // may hand out the next event at once
  if (state_ != State::idle) return;
  if (options_.freeze) {
    child_->signal(SIGSTOP);
    frozen_ = true;
    log("frozen");
  }
  limit(options_.idle_timeout, &Environment::on_idle_too_long);
}

/// One limit at a time. A timer that has fired but not yet run cannot be cancelled, so its time is looked at again.
void Environment::limit(Clock::duration after, void (Environment::*then)()) {
  timer_.expires_after(after);
  timer_.async_wait([self = shared_from_this(), then](auto error) {
    if (!error && self->state_ != State::ended && self->timer_.expiry() <= Clock::now()) ((*self).*then)();
  });
}

void Environment::on_idle_too_long() { retire("idle"); }

void Environment::invoke(Invocation invocation) {
  invocation_ = std::move(invocation);
  state_ = State::busy;
  timer_.cancel();
  if (std::exchange(frozen_, false)) {
    child_->signal(SIGCONT);
    log("thawed");
  }
  hand_out();
}

void Environment::hand_out() {
  answered_ = false;
  invoked_at_ = Clock::now();
  const auto deadline = std::chrono::system_clock::now() + function_.timeout;
  say("START RequestId: " + invocation_->request_id + " Version: " + function_.version);
  log("invocation_start",
      {{"attempt", invocation_->attempt}, {"cold", init_duration_.has_value()}, {"trace", invocation_->trace}});
  auto response = make_response(200, invocation_->payload);
  response.set("Lambda-Runtime-Aws-Request-Id", invocation_->request_id);
  response.set("Lambda-Runtime-Deadline-Ms",
               std::to_string(duration_cast<std::chrono::milliseconds>(deadline.time_since_epoch()).count()));
  response.set("Lambda-Runtime-Invoked-Function-Arn", invocation_->arn);
  response.set("Lambda-Runtime-Trace-Id", invocation_->trace);
  if (!invocation_->client_context.empty()) {
    response.set("Lambda-Runtime-Client-Context", invocation_->client_context);
  }
  limit(function_.timeout, &Environment::on_timeout);
  std::exchange(waiting_next_, nullptr)(std::move(response));
}

void Environment::on_answer(Outcome outcome) {
  answered_ = true;
  if (outcome.failed) log("function_error", {{"type", outcome.error_type}, {"error", outcome.payload}});
  outcome.version = function_.version;
  held_ = std::move(outcome);  // until the runtime asks for the next event: Lambda counts one that exits as a failure
}

/// The environment is done with its event, or gone: END and REPORT.
void Environment::finish_invocation() {
  max_memory_mb_ = std::max(max_memory_mb_, peak_memory_mb(pid()));
  const Report report{
      .request_id = invocation_->request_id,
      .duration = duration_cast<microseconds>(Clock::now() - invoked_at_),
      .memory_size_mb = function_.memory_mb,
      .max_memory_used_mb = max_memory_mb_,
      .init_duration = init_duration_ ? std::optional{duration_cast<microseconds>(*init_duration_)} : std::nullopt};
  init_duration_.reset();
  say("END RequestId: " + report.request_id);
  say(to_string(report));
  log("invocation_end", {{"duration_ms", milliseconds(report.duration)},
                         {"billed_ms", billed(report).count()},
                         {"max_memory_mb", max_memory_mb_},
                         {"report", to_string(report)}});
  if (auto outcome = std::exchange(held_, std::nullopt)) {
    if (invocation_->wants_log) outcome->log = std::exchange(tail_, {});
    owner_.on_outcome(*invocation_, std::move(*outcome));
  }
  invocation_.reset();
}

void Environment::on_timeout() {
  timed_out_ = true;
  max_memory_mb_ = peak_memory_mb(pid());
  log("timeout", {{"phase", state_ == State::init ? "init" : "invoke"}});
  kill();
}

void Environment::kill() {
  if (child_) child_->signal(SIGKILL);
  log("killed");
}

void Environment::retire(const char* why) {
  if (state_ == State::ended || state_ == State::retiring) return;
  state_ = State::retiring;
  log("retired", {{"why", why}});
  if (!child_) return boost::asio::post(io_, [self = shared_from_this()] { self->on_exit("not started"); });
  // Lambda takes no time for the end of a runtime that has no extension beside it.
  if (!options_.extension) return kill();
  child_->signal(SIGCONT);
  child_->signal(SIGTERM);
  limit(options_.retire_grace, &Environment::kill);
}

void Environment::on_exit(const std::string& exit) {
  const bool in_init = state_ == State::init;
  const bool was_told_to = state_ == State::retiring;
  timer_.cancel();
  memory_timer_.cancel();
  if (in_init && !init_again_) {
    log("init_failed", {{"exit", exit}});
    init_again_ = true;
    init_error_.reset();
    timed_out_ = out_of_memory_ = false;
    limit(function_.timeout, &Environment::on_timeout);
    return start_process();
  }
  state_ = State::ended;
  if (invocation_) {
    if (!answered_ || in_init || !was_told_to) {
      Outcome outcome{.failed = true, .error_type = out_of_memory_ ? "Runtime.OutOfMemory" : "Runtime.ExitError"};
      if (!cannot_start_.empty()) {
        outcome.error_type = "Runtime.InvalidEntrypoint";
        outcome.payload =
            error_json(outcome.error_type, "RequestId: " + invocation_->request_id + " Error: " + cannot_start_);
      } else if (init_error_) {
        outcome = *init_error_;
      } else if (timed_out_) {
        outcome.error_type = "Sandbox.Timedout";
        const auto limit = std::chrono::duration<double>(function_.timeout).count();
        char seconds[32];
        std::snprintf(seconds, sizeof seconds, "%.2f", limit);
        say("Task timed out after " + std::string{seconds} + " seconds");
        outcome.payload = error_json(outcome.error_type, "RequestId: " + invocation_->request_id +
                                                             " Error: Task timed out after " + seconds + " seconds");
      } else {
        const auto how =
            answered_ ? std::string{"Runtime exited without providing a reason"} : "Runtime exited with error: " + exit;
        outcome.payload = error_json(outcome.error_type, "RequestId: " + invocation_->request_id + " Error: " + how);
      }
      if (in_init) invoked_at_ = started_at_;
      on_answer(std::move(outcome));
    }
    finish_invocation();
  }
  log("environment_end", {{"exit", exit}});
  owner_.on_ended();
}

}  // namespace temporal::local_lambda
