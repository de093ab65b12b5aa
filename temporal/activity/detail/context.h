#pragma once

#include <temporal/activity/activity.h>
#include <temporal/activity/detail/interception.h>
#include <temporal/common/log.h>
#include <temporal/common/metrics.h>

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <vector>

namespace temporal::activity::detail {

/// What `complete_asynchronously` throws. No `std::exception`, so that no handler of the user takes it for an error.
struct CompletesAsynchronously {};

/// One running attempt. The activity's thread uses it; `cancel` may come from any thread.
class Context {
 public:
  using RecordHeartbeat = std::function<void(std::vector<Payload>)>;

  Context(Info info, std::vector<Payload> heartbeat_details, RecordHeartbeat record_heartbeat, Logger log = {},
          Meter meter = {}, std::stop_token worker_shutdown = {});

  /// The context of the activity that runs on this thread. Throws `std::logic_error` when none does.
  static Context& current();
  /// The same, or null.
  static Context* find() noexcept;

  /// Makes a context current on this thread for as long as it lives.
  class Scope {
   public:
    explicit Scope(Context& context);
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;
    ~Scope();

   private:
    Context* outer_;
  };

  /// Asks the activity to stop; the first reason stays.
  void cancel(CancellationReason reason);

  [[nodiscard]] std::optional<CancellationReason> cancellation_reason() const;
  [[nodiscard]] std::stop_token stop_token() const { return stop_.get_token(); }

  /// Those of the worker, with what the attempt is.
  Logger& log();
  const Meter& meter();

  const Info info;
  const std::vector<Payload> heartbeat_details;
  const RecordHeartbeat record_heartbeat;
  const std::stop_token worker_shutdown;
  Interception interception;  ///< empty unless interceptors are around this attempt
  /// What an interceptor leaves for code that the activity calls: the trace it is in.
  std::shared_ptr<void> ambient;

 private:
  static constexpr int not_cancelled = -1;
  std::stop_source stop_;
  std::atomic<int> reason_ = not_cancelled;
  Logger worker_log_;
  Meter worker_meter_;
  // Made when they are asked for.
  std::optional<Logger> log_;
  std::optional<Meter> meter_;
};

}  // namespace temporal::activity::detail
