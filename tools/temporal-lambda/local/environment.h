#pragma once

#include <tools/temporal-lambda/local/child.h>
#include <tools/temporal-lambda/local/code.h>
#include <tools/temporal-lambda/local/config.h>
#include <tools/temporal-lambda/local/http_server.h>
#include <tools/temporal-lambda/local/invocation.h>
#include <tools/temporal-lambda/local/log.h>

#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace temporal::local_lambda {

/// One execution environment: a process, its Runtime API, and one event at a time.
///
///   init ──next──▶ idle (frozen) ◀──next── busy
///                    └──── invoke ─────────▲
///   each ends as: ended (exited, crashed, killed or retired)
///
/// See https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html.
class Environment : public std::enable_shared_from_this<Environment> {
 public:
  struct Owner {
    std::function<void(Invocation, Outcome)> on_outcome;  ///< once for each invocation
    std::function<void()> on_idle;                        ///< it could take another one
    std::function<void()> on_ended;                       ///< its process is gone
  };

  Environment(boost::asio::io_context& io, const LocalOptions& options, const FunctionConfig& function,
              std::shared_ptr<const std::filesystem::path> bootstrap, std::string id, Log& log, Owner owner);

  /// Starts the process. `first` is what it was started for.
  void start(Invocation first);
  [[nodiscard]] bool idle() const { return state_ == State::idle; }
  /// It takes no more events and counts no longer towards the concurrency.
  [[nodiscard]] bool leaving() const { return state_ == State::retiring || state_ == State::ended; }
  void invoke(Invocation invocation);
  /// SIGKILL, or with an extension SIGTERM and SIGKILL after the grace.
  void retire(const char* why);
  [[nodiscard]] const std::string& id() const { return id_; }
  [[nodiscard]] pid_t pid() const { return child_ ? child_->pid() : -1; }

 private:
  using Clock = std::chrono::steady_clock;
  enum class State { init, idle, busy, retiring, ended };

  void on_request(const HttpRequest& request, Reply reply);
  void on_next(Reply reply);
  void on_answer(Outcome outcome);
  void on_exit(const std::string& how);
  void on_timeout();
  void hand_out();
  void finish_invocation();
  void kill();
  void limit(Clock::duration after, void (Environment::*then)());
  void on_idle_too_long();
  [[nodiscard]] std::map<std::string, std::string> variables() const;
  void log(std::string_view event, nlohmann::json fields = nlohmann::json::object());
  void say(const std::string& line);
  void begin();
  void start_process();
  void watch_memory();

  boost::asio::io_context& io_;
  const LocalOptions& options_;
  const FunctionConfig& function_;
  const std::shared_ptr<const std::filesystem::path> bootstrap_;
  const std::string id_;
  Log& log_;
  Owner owner_;

  State state_ = State::init;
  TemporaryFolder scratch_;
  HttpServer runtime_api_;
  std::optional<CpuGroup> cpu_group_;  ///< that its process is in
  std::unique_ptr<Child> child_;
  boost::asio::steady_timer timer_;  ///< init, invocation or idle limit, whichever holds
  boost::asio::steady_timer memory_timer_;
  Reply waiting_next_;
  std::optional<Invocation> invocation_;
  bool answered_ = false;  ///< the current invocation has an outcome
  bool timed_out_ = false;
  bool out_of_memory_ = false;
  std::string cannot_start_ = {};     ///< why there is no process
  bool init_again_ = false;           ///< the first init failed: Lambda runs it once more, as part of the invocation
  std::string tail_ = {};             ///< the last lines of the current invocation
  std::optional<Outcome> held_ = {};  ///< the outcome, until the runtime asks for the next event, or is gone
  bool frozen_ = false;
  std::optional<Outcome> init_error_;
  Clock::time_point started_at_ = {};
  Clock::time_point invoked_at_ = {};
  std::optional<Clock::duration> init_duration_;  ///< until its first REPORT has told it
  long max_memory_mb_ = 0;
};

}  // namespace temporal::local_lambda
