#include <temporal/client/client.h>
#include <temporal/client/detail/access.h>
#include <temporal/converter/protobuf_log.h>
#include <temporal/core/runtime.h>
#include <temporal/core/telemetry.h>
#include <temporal/core/worker_log.h>
#include <temporal/envconfig/load_client_config.h>
#include <temporal/lambda/detail/log_settings.h>
#include <temporal/lambda/detail/restart.h>
#include <temporal/lambda/detail/secrets.h>
#include <temporal/lambda/detail/world.h>
#include <temporal/worker/worker.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <poll.h>
#include <unistd.h>

namespace temporal::lambda::detail {
namespace {

class RealWorker final : public Worker {
 public:
  RealWorker(const client::Client& client, const worker::WorkerOptions& options) : worker_(client, options) {}

  void start() override {
    try {
      worker_.start();
    } catch (const core::Error& error) {
      std::rethrow_exception(client::detail::to_public(error));
    }
  }
  std::exception_ptr wait_until(std::chrono::steady_clock::time_point until, std::stop_token stop) override {
    return worker_.wait_until(until, std::move(stop));
  }
  bool shutdown(std::chrono::steady_clock::time_point deadline) override { return worker_.shutdown(deadline); }
  [[nodiscard]] Status status() const override {
    const auto status = worker_.status();
    return {status.running_tasks, status.last_task};
  }

 private:
  worker::Worker worker_;
};

class RealConnection final : public Connection {
 public:
  explicit RealConnection(client::Client client) : client_(std::move(client)) {}

  void probe(Duration timeout) override { client_.probe(timeout); }
  std::shared_ptr<Worker> create_worker(const worker::WorkerOptions& options) override {
    return std::make_shared<RealWorker>(client_, options);
  }
  [[nodiscard]] Pulse pulse() const override {
    const auto pulse = connection().pulse();
    return {.answers = pulse.answers, .way = pulse.way};
  }
  void limit_polls(const PollLimit& limit) override {
    const auto after_a_task = std::chrono::duration_cast<std::chrono::milliseconds>(limit.after_a_task);
    connection().limit_polls({limit.at, after_a_task, limit.at_most});
  }
  bool hold_polls(std::chrono::steady_clock::time_point until, std::stop_token stop) override {
    struct Held {
      std::mutex mutex;
      std::condition_variable_any ended;
      std::optional<bool> task_came;
    };
    const auto held = std::make_shared<Held>();  // shared: the answer may come after the time
    connection().hold_polls([held](const core::Result& result) {
      const std::scoped_lock lock{held->mutex};
      held->task_came = core::Connection::task_came(result);
      held->ended.notify_all();
    });
    std::unique_lock lock{held->mutex};
    held->ended.wait_until(lock, stop, until, [&] { return held->task_came.has_value(); });
    return held->task_came.value_or(false);
  }

 private:
  [[nodiscard]] const core::Connection& connection() const { return *client::detail::connection(client_); }

  client::Client client_;
};

envconfig::ClientConfig load(const envconfig::Environment& environment) {
  std::vector<std::string> folders;
  if (const auto root = envconfig::variable(environment, "LAMBDA_TASK_ROOT")) folders.push_back(*root);
  folders.emplace_back(".");
  auto config = envconfig::load_client_config({.environment = environment, .folders = std::move(folders)});
  if (config.secrets != envconfig::SecretIds{}) {
    fill_in_secrets(config.connect, config.secrets, aws_extension(environment));
  }
  return config;
}

constexpr std::array levels = {LogLevel::error, LogLevel::warn, LogLevel::info, LogLevel::debug, LogLevel::trace};
constexpr std::array level_names = {"error", "warn", "info", "debug", "trace"};

/// Core logs on the thread that all calls to the server depend on: a reader of standard error that is slow, as an
/// extension may be, must not hold it up. What does not fit is dropped, and the next line says how many.
class CoreLog {
 public:
  explicit CoreLog(Logger log) : log_(std::move(log)) {}

  void operator()(const bridge::v1::LogRecord& record) {
    pollfd out{.fd = STDERR_FILENO, .events = POLLOUT, .revents = 0};
    if (::poll(&out, 1, 0) == 0) {
      ++*dropped_;
      return;
    }
    if (const auto lines = dropped_->exchange(0); lines > 0) {
      log_.warn("the log was full: lines of core were dropped", {{"lines", lines}});
    }
    core::log_record(log_, record);
  }

 private:
  Logger log_;
  std::shared_ptr<std::atomic<std::uint64_t>> dropped_ = std::make_shared<std::atomic<std::uint64_t>>(0);
};

/// Core's runtime, with its logs sent the way of ours.
std::shared_ptr<core::Runtime> create_runtime(const Logger& log, bool on_lambda) {
  bridge::v1::RuntimeOptions options;
  options.set_threads(on_lambda ? 1 : 0);
  for (std::size_t i = 0; i < levels.size(); ++i) {
    if (log.enabled(levels.at(i))) options.set_core_log_level(level_names.at(i));
  }
  return core::Runtime::create(options, CoreLog{log});
}

/// That of the telemetry, which keeps it, or one without.
std::shared_ptr<core::Runtime> runtime(core::RuntimeSource* telemetry, const Logger& log, bool on_lambda) {
  const auto create = [&] { return create_runtime(log, on_lambda); };
  if (telemetry != nullptr) return telemetry->runtime(create);
  // Never destroyed: what was abandoned may still use it.
  static const auto& plain = *new auto(create());
  return plain;
}

/// `run_worker` is not given them.
std::vector<std::string> process_arguments() {
  std::ifstream file{"/proc/self/cmdline"};
  std::vector<std::string> arguments;
  for (std::string argument; std::getline(file, argument, '\0');) arguments.push_back(std::move(argument));
  return arguments;
}

}  // namespace

World real_world() {
  auto environment = envconfig::process_environment();
  auto log = environment_logger(Logger::to_stderr(log_options(environment)), environment);
  converter::log_protobuf_through(log);
  const bool on_lambda = envconfig::variable(environment, "AWS_LAMBDA_RUNTIME_API").has_value();
  auto connect = [log, on_lambda](const client::ConnectOptions& options) -> std::shared_ptr<Connection> {
    return std::make_shared<RealConnection>(
        client::detail::connect(runtime(options.telemetry.get(), log, on_lambda), options));
  };
  return {
      .environment = std::move(environment),
      .arguments = process_arguments(),
      .log = std::move(log),
      .load = load,
      .validate =
          [log, warned = std::set<std::string>{}](const client::ConnectOptions& connect,
                                                  const worker::WorkerOptions& worker) mutable {
            client::validate(connect);
            worker::validate(worker);
            for (const auto& insecurity : client::insecurities(connect)) {
              if (warned.insert(insecurity).second) log.warn(insecurity);
            }
          },
      .connect = std::move(connect),
      .exit =
          [](int code) {
            std::fflush(nullptr);
            std::_Exit(code);
          },
      .restart =
          [] {
            std::fflush(nullptr);
            restart();
          },
      .restarted = take_restart_mark(),
  };
}

}  // namespace temporal::lambda::detail
