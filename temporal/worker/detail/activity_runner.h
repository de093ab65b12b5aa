#pragma once

#include <temporal/activity/definition.h>
#include <temporal/activity/detail/context.h>
#include <temporal/activity/interceptor.h>
#include <temporal/common/executor.h>
#include <temporal/common/log.h>
#include <temporal/common/metrics.h>
#include <temporal/common/task.h>

#include <temporal/sdk/core/activity_task/activity_task.pb.h>
#include <temporal/sdk/core/core_interface.pb.h>

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace temporal::worker::detail {

/// The running activities of a worker: task bytes in, completion bytes out. Thread-safe.
class ActivityRunner {
 public:
  using Instead = std::function<std::string(const std::string& reason)>;

  /// The world around it. All are called from several threads.
  struct Outside {
    std::function<void(Executor::Job)> execute =
        {};                                        ///< runs a job on a thread that may block; throws if there is none
    std::function<void(Executor::Job)> post = {};  ///< runs a piece of a coroutine
    /// What it gives is held until a coroutine has ended: the runner has to outlive it.
    std::function<std::shared_ptr<void>()> hold = {};
    /// `instead` makes the completion that takes the place of one that is refused.
    std::function<void(const std::string& completion, Instead instead)> complete = {};
    std::function<void(const std::string& heartbeat)> record_heartbeat = {};
    /// Gives a run back, whose workflow task another worker does again.
    std::function<void(const std::string& run_id)> evict = {};
    Logger log = {};
    Meter meter = {};
  };

  using Interceptors = std::vector<std::shared_ptr<activity::Interceptor>>;

  /// @param dynamic runs what is not among the definitions, if set.
  ActivityRunner(std::vector<activity::Definition> definitions, std::optional<activity::Definition> dynamic,
                 std::string task_queue, Outside outside, Interceptors interceptors = {});

  /// Starts an activity or cancels one that runs. Never throws for what the task asks; that becomes a failed activity.
  void handle(const std::string& task);
  /// The completion of a task whose payloads cannot be decoded: it fails the attempt.
  static std::string undecodable(const std::string& task, const std::string& reason);

  /// Tells all activities, those that are still to come included, that the worker begins to shut down.
  void announce_shutdown() { shutdown_.request_stop(); }
  /// Asks local activities to stop, those that are still to come included: core tells other activities of the end of
  /// their worker, and not these. One that is given up by it runs again elsewhere.
  void stop_local_activities();
  /// The same for those of a run that has left the cache, of which core does not always tell: nobody waits for them.
  void stop_local_activities_of(const std::string& run_id);

  [[nodiscard]] std::size_t running() const;
  /// One line in the log for each that runs.
  void log_running(std::string_view message) const;

 private:
  using Context = activity::detail::Context;
  using Result = coresdk::activity_result::ActivityExecutionResult;
  class ContextExecutor;

  void start(const std::string& token, const coresdk::activity_task::Start& start);
  void cancel(const std::string& token, const coresdk::activity_task::Cancel& cancel);
  void execute(const std::string& token, const std::shared_ptr<Context>& context, const Executor::Job& begin);
  void run(const std::string& token, Context& context, const std::vector<Payload>& arguments);
  Task<> run_task(std::string token, std::shared_ptr<ContextExecutor> executor, std::shared_ptr<void> hold,
                  activity::ExecuteInput input);
  Task<Payload> execute(Context& context, activity::ExecuteInput input) const;
  static Result result_of_exception(Context& context);
  static Result failed(Context& context, const std::exception_ptr& error);
  void stop_local(activity::CancellationReason reason, const std::string* run_id);
  void finish(const std::string& token, const Context& context, Result result);
  /// Null when there is none.
  [[nodiscard]] const activity::Definition* find(const std::string& type) const;
  [[nodiscard]] const activity::Definition& require(const std::string& type) const;

  std::map<std::string, activity::Definition, std::less<>> definitions_;
  std::optional<activity::Definition> dynamic_;
  std::string task_queue_;
  Outside outside_;
  Interceptors interceptors_;
  mutable std::mutex mutex_;
  std::unordered_map<std::string, std::shared_ptr<Context>> running_;
  bool stops_local_activities_ = false;
  std::stop_source shutdown_;
};

}  // namespace temporal::worker::detail
