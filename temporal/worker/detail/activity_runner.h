#pragma once

#include <temporal/activity/definition.h>
#include <temporal/activity/detail/context.h>

#include <temporal/sdk/core/activity_task/activity_task.pb.h>
#include <temporal/sdk/core/core_interface.pb.h>

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

namespace temporal::worker::detail {

/// The running activities of a worker: task bytes in, completion bytes out. Thread-safe.
class ActivityRunner {
 public:
  /// The world around it. All are called from several threads.
  struct Outside {
    std::function<void(std::function<void()> job)> execute;  ///< runs a job on a thread that may block
    std::function<void(const std::string& completion)> complete;
    std::function<void(const std::string& heartbeat)> record_heartbeat;
  };

  ActivityRunner(std::vector<activity::Definition> definitions, std::string task_queue, Outside outside);

  /// Starts an activity or cancels one that runs. Never throws for what the task asks; that becomes a failed activity.
  void handle(const std::string& task);

  [[nodiscard]] std::size_t running() const;

 private:
  using Context = activity::detail::Context;

  void start(const std::string& token, const coresdk::activity_task::Start& start);
  void cancel(const std::string& token, const coresdk::activity_task::Cancel& cancel);
  void run(const std::string& token, Context& context, const std::vector<Payload>& arguments);
  [[nodiscard]] const activity::Definition& find(const std::string& type) const;

  std::map<std::string, activity::Definition, std::less<>> definitions_;
  std::string task_queue_;
  Outside outside_;
  mutable std::mutex mutex_;
  std::unordered_map<std::string, std::shared_ptr<Context>> running_;
};

}  // namespace temporal::worker::detail
