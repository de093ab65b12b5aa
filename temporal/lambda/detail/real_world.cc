#include <temporal/client/client.h>
#include <temporal/envconfig/load_client_config.h>
#include <temporal/lambda/detail/log_settings.h>
#include <temporal/lambda/detail/world.h>
#include <temporal/worker/worker.h>

#include <cstdlib>
#include <utility>

namespace temporal::lambda::detail {
namespace {

class RealWorker final : public Worker {
 public:
  RealWorker(const client::Client& client, const worker::WorkerOptions& options) : worker_(client, options) {}

  void start() override { worker_.start(); }
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

 private:
  client::Client client_;
};

envconfig::ClientConfig load(const envconfig::Environment& environment) {
  envconfig::LoadOptions options{.environment = environment, .folders = {}};
  if (const auto root = envconfig::variable(environment, "LAMBDA_TASK_ROOT")) options.folders.push_back(*root);
  options.folders.emplace_back(".");
  return envconfig::load_client_config(options);
}

}  // namespace

World real_world() {
  auto environment = envconfig::process_environment();
  auto log = environment_logger(Logger::to_stderr(log_options(environment)), environment);
  return {
      .environment = std::move(environment),
      .log = std::move(log),
      .load = load,
      .validate =
          [](const client::ConnectOptions& connect, const worker::WorkerOptions& worker) {
            client::validate(connect);
            worker::validate(worker);
          },
      .connect = [](const client::ConnectOptions& options) -> std::shared_ptr<Connection> {
        return std::make_shared<RealConnection>(client::Client::connect(options));
      },
      .exit = [](int code) { std::_Exit(code); },
  };
}

}  // namespace temporal::lambda::detail
