#pragma once

#include <tools/temporal-lambda/local/environment.h>

#include <boost/asio/io_context.hpp>

#include <deque>
#include <list>
#include <memory>
#include <vector>

namespace temporal::local_lambda {

/// A function: its queue of events and its execution environments. Warm environments are used again, the last used
/// first; a new one is started when none is free and the concurrency allows it. Code that is built again while it runs
/// is used from the next invocation on.
class Function {
 public:
  /// Lays out the code. @throws std::runtime_error when it cannot be used.
  Function(boost::asio::io_context& io, const LocalOptions& options, const FunctionConfig& config, Log& log);

  /// @return false when a RequestResponse finds no room: Lambda's 429. An event always waits its turn.
  bool invoke(Invocation invocation);
  /// Ends all environments; `stopped` is called when the last one is gone.
  void stop(std::function<void()> stopped);
  [[nodiscard]] const FunctionConfig& config() const { return config_; }

 private:
  using EnvironmentPointer = std::shared_ptr<Environment>;

  /// The code as it was laid out, kept by the environments that run it.
  struct Code {
    TemporaryFolder folder{"task"};
    std::filesystem::path bootstrap = {};
    std::filesystem::file_time_type changed = {};
  };

  [[nodiscard]] std::shared_ptr<const Code> lay_out() const;
  void reload_when_changed();
  void dispatch();
  [[nodiscard]] bool has_room() const;
  void start_environment(Invocation first);
  void on_outcome(Invocation invocation, const Outcome& outcome);
  void log(std::string_view event, nlohmann::json fields = nlohmann::json::object());

  boost::asio::io_context& io_;
  const LocalOptions& options_;
  const FunctionConfig& config_;
  Log& log_;
  std::shared_ptr<const Code> code_;
  std::deque<Invocation> queue_;
  std::list<EnvironmentPointer> environments_;  ///< the last used first
  int started_ = 0;
  std::function<void()> stopped_;
};

}  // namespace temporal::local_lambda
