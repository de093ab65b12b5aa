#pragma once

#include <temporal/client/connect_options.h>
#include <temporal/common/duration.h>
#include <temporal/envconfig/client_config.h>
#include <temporal/lambda/invocation.h>
#include <temporal/lambda/shutdown_hook.h>
#include <temporal/worker/worker_options.h>

#include <chrono>
#include <functional>
#include <optional>
#include <vector>

/// \file
/// What a Lambda worker's callback sees and changes.

namespace temporal::lambda {

/// The configuration of one invocation. The callback gets it with the Lambda defaults and the loaded connection filled
/// in. A value: containers are copied, objects that the callback put in are shared.
struct LambdaWorkerConfig {
  client::ConnectOptions client_connect_config = {};
  worker::WorkerOptions worker_config = {};
  /// The remote codec of `temporal.toml` or `TEMPORAL_CODEC_*`, for the callback to use. Its `auth` is a secret.
  envconfig::CodecSettings codec = {};

  /// The worker begins its shutdown this long before the Lambda deadline. See `effective_shutdown_deadline_buffer`.
  std::optional<Duration> shutdown_deadline_buffer = {};
  std::vector<ShutdownHook> shutdown_hooks = {};
  /// Called in order before the worker of an invocation starts, with what Lambda says of it. What one throws fails the
  /// invocation.
  std::vector<std::function<void(const Invocation&)>> invocation_hooks = {};

  /// With no task running and none received for this long, the invocation ends early; the server invokes again when
  /// there is a task. Not chosen: it goes on until the buffer. `TEMPORAL_LAMBDA_IDLE_TIMEOUT` pre-fills it. At least
  /// 600 ms: the server sends no second invocation within half a second. Less is raised, with a warning. The end comes
  /// up to 1.1 s later: the server ends the last polls, so that no task is lost, and holds each for 1.6 s at least.
  /// Both are longer where the way to the server and back takes more than 100 ms.
  std::optional<Duration> idle_timeout = {};

  /// The buffer that counts: the chosen one, or the graceful shutdown timeout and 2 s for cancellation and hooks.
  [[nodiscard]] Duration effective_shutdown_deadline_buffer() const {
    return shutdown_deadline_buffer.value_or(worker_config.graceful_shutdown_timeout + std::chrono::seconds{2});
  }
};

}  // namespace temporal::lambda
