#pragma once

#include <temporal/lambda/detail/deadline.h>
#include <temporal/lambda/detail/world.h>

#include <nlohmann/json.hpp>

#include <atomic>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

/// \file
/// For tests: a world whose clock moves only when it is told to, and which writes down what was done to it.

namespace temporal::lambda::detail {

class FakeClock final : public Clock {
 public:
  [[nodiscard]] SteadyTime now() const override {
    const std::lock_guard lock{mutex_};
    return SteadyTime{} + std::chrono::hours{1} + elapsed_;
  }
  [[nodiscard]] Timestamp wall_now() const override {
    const std::lock_guard lock{mutex_};
    return Timestamp{} + std::chrono::hours{500'000} + elapsed_ + frozen_;
  }
  bool wait_until(std::unique_lock<std::mutex>& lock, std::condition_variable& changed, SteadyTime until,
                  const std::function<bool()>& done) override {
    ++waits_;
    while (!done() && now() < until) changed.wait_for(lock, std::chrono::milliseconds{1});
    return done();
  }

  /// How often somebody has begun to wait.
  [[nodiscard]] int waits() const { return waits_; }

  void advance(Duration duration) {
    const std::lock_guard lock{mutex_};
    elapsed_ += duration;
  }
  void advance_to(SteadyTime time) {
    if (const auto current = now(); time > current) advance(time - current);
  }
  /// Only the wall clock goes on while an environment is frozen.
  void freeze_for(Duration duration) {
    const std::lock_guard lock{mutex_};
    frozen_ += duration;
  }

 private:
  mutable std::mutex mutex_;
  Duration elapsed_ = {};
  Duration frozen_ = {};
  std::atomic<int> waits_ = 0;
};

/// What the fakes do and what was done to them. Functions that are not set do nothing, and work.
struct Stage {
  std::shared_ptr<FakeClock> clock = std::make_shared<FakeClock>();
  envconfig::ClientConfig loaded = {};

  std::function<void()> on_load = {};
  std::function<void(const client::ConnectOptions&)> on_connect = {};
  std::function<void(Duration timeout)> on_probe = {};
  std::function<void()> on_create = {};
  std::function<void()> on_start = {};
  /// In place of time that passes up to `until`.
  std::function<std::exception_ptr(SteadyTime until, std::stop_token stop)> on_wait = {};
  /// False: something is stuck.
  std::function<bool(SteadyTime deadline)> on_shutdown = {};
  std::function<Worker::Status()> status = {};
  /// True: a task came.
  std::function<bool(SteadyTime until)> on_hold = {};
  /// In place of a server that is near and has answered since it was last asked for.
  std::function<Connection::Pulse()> pulse = {};

  void record(std::string what) {
    const std::lock_guard lock{mutex};
    calls.push_back(std::move(what));
  }

  std::mutex mutex = {};
  std::vector<std::string> calls = {};
  std::vector<client::ConnectOptions> connects = {};
  std::vector<Duration> probes = {};
  std::vector<worker::WorkerOptions> workers = {};
  std::vector<Connection::PollLimit> poll_limits = {};
  std::vector<SteadyTime> holds = {};  ///< until when the ends of polls were waited for
  std::vector<int> exits = {};
  int restarts = 0;
  std::vector<nlohmann::json> records = {};

  /// The log records of one level.
  [[nodiscard]] std::vector<nlohmann::json> logged(const std::string& level) {
    const std::lock_guard lock{mutex};
    std::vector<nlohmann::json> found;
    for (const auto& record : records) {
      if (record["level"] == level) found.push_back(record);
    }
    return found;
  }
};

class FakeWorker final : public Worker {
 public:
  explicit FakeWorker(Stage& stage) : stage_(stage) {}

  void start() override {
    stage_.record("start");
    if (stage_.on_start) stage_.on_start();
  }
  std::exception_ptr wait_until(SteadyTime until, std::stop_token stop) override {
    stage_.record("wait");
    if (stage_.on_wait) return stage_.on_wait(until, std::move(stop));
    stage_.clock->advance_to(until);
    return {};
  }
  bool shutdown(SteadyTime deadline) override {
    stage_.record("shutdown");
    return !stage_.on_shutdown || stage_.on_shutdown(deadline);
  }
  [[nodiscard]] Status status() const override { return stage_.status ? stage_.status() : Status{}; }

 private:
  Stage& stage_;
};

class FakeConnection final : public Connection {
 public:
  explicit FakeConnection(Stage& stage) : stage_(stage) {}

  void probe(Duration timeout) override {
    stage_.record("probe");
    stage_.probes.push_back(timeout);
    if (stage_.on_probe) stage_.on_probe(timeout);
  }
  std::shared_ptr<Worker> create_worker(const worker::WorkerOptions& options) override {
    stage_.record("create worker");
    stage_.workers.push_back(options);
    if (stage_.on_create) stage_.on_create();
    return std::make_shared<FakeWorker>(stage_);
  }
  [[nodiscard]] Pulse pulse() const override {
    return stage_.pulse ? stage_.pulse() : Pulse{.answers = ++answers_, .way = std::chrono::milliseconds{100}};
  }
  void limit_polls(const PollLimit& limit) override { stage_.poll_limits.push_back(limit); }
  bool hold_polls(SteadyTime until, std::stop_token) override {
    stage_.record("hold polls");
    stage_.holds.push_back(until);
    return stage_.on_hold && stage_.on_hold(until);
  }

 private:
  Stage& stage_;
  mutable std::uint64_t answers_ = 0;
};

inline World fake_world(Stage& stage, LogLevel level = LogLevel::debug) {
  return {
      .clock = stage.clock,
      .log = Logger::create({.level = level},
                            [&stage](std::string_view line) {
                              const std::lock_guard lock{stage.mutex};
                              stage.records.push_back(nlohmann::json::parse(line));
                            }),
      .load =
          [&stage](const envconfig::Environment&) {
            stage.record("load");
            if (stage.on_load) stage.on_load();
            return stage.loaded;
          },
      .connect = [&stage](const client::ConnectOptions& options) -> std::shared_ptr<Connection> {
        stage.record("connect");
        stage.connects.push_back(options);
        if (stage.on_connect) stage.on_connect(options);
        return std::make_shared<FakeConnection>(stage);
      },
      .exit = [&stage](int code) { stage.exits.push_back(code); },
      .restart = [&stage] { ++stage.restarts; },
  };
}

}  // namespace temporal::lambda::detail
