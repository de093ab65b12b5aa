#pragma once

#include <temporal/core/error.h>

#include <temporal_bridge.pb.h>

#include <functional>
#include <memory>

struct TemporalRuntime;

namespace temporal::core {

/// Takes core's log records, from any thread. It must not block or throw, and may outlive the runtime: core keeps it in
/// the thread that made the runtime.
using LogSink = std::function<void(const bridge::v1::LogRecord&)>;

/// The async runtime that carries connections and workers. Thread-safe; ends with its last user.
class Runtime {
 public:
  /// @throws Error
  static std::shared_ptr<Runtime> create(const bridge::v1::RuntimeOptions& options, LogSink log = {});
  Runtime(const Runtime&) = delete;
  Runtime& operator=(const Runtime&) = delete;
  ~Runtime();

  [[nodiscard]] TemporalRuntime* handle() const { return handle_; }

 private:
  Runtime() = default;

  TemporalRuntime* handle_ = nullptr;
};

/// Resolves Temporal's environment configuration, from the environment and TOML text that the caller hands over.
/// @throws Error of kind `configuration`
bridge::v1::ClientProfile load_client_config(const bridge::v1::EnvConfigRequest& request);

}  // namespace temporal::core
