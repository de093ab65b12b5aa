#include <temporal/core/worker_log.h>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <mutex>
#include <string_view>
#include <utility>
#include <vector>

namespace temporal::core {
namespace {

constexpr std::array levels = {LogLevel::error, LogLevel::warn, LogLevel::info, LogLevel::debug, LogLevel::trace};

/// Empty when it names none.
std::string task_queue_of(const bridge::v1::LogRecord& record) {
  const auto fields = nlohmann::json::parse(record.fields_json(), nullptr, false);
  if (!fields.is_object()) return {};
  const auto found = fields.find("task_queue");
  return found != fields.end() && found->is_string() ? found->get<std::string>() : std::string{};
}

}  // namespace

struct WorkerLog::All {
  std::mutex mutex;
  std::vector<const WorkerLog*> logs;
};

WorkerLog::All& WorkerLog::all() {
  static auto& all = *new All;  // core's threads may outlive what is static
  return all;
}

WorkerLog::WorkerLog(Logger log, std::string task_queue) : log_(std::move(log)), task_queue_(std::move(task_queue)) {
  const std::scoped_lock lock{all().mutex};
  all().logs.push_back(this);
}

WorkerLog::~WorkerLog() {
  const std::scoped_lock lock{all().mutex};
  std::erase(all().logs, this);
}

void log_record(const Logger& log, const bridge::v1::LogRecord& record) {
  const auto index = std::clamp<std::size_t>(record.level(), 1, levels.size()) - 1;
  log.write(levels.at(index), record.message(),
            {{"target", record.target()}, {"fields", LogValue::Json{record.fields_json()}}});
}

void log_to_workers(const bridge::v1::LogRecord& record) {
  const auto task_queue = task_queue_of(record);
  std::vector<Logger> logs;
  {
    const std::scoped_lock lock{WorkerLog::all().mutex};
    for (const auto* worker : WorkerLog::all().logs) {
      if (!task_queue.empty() && worker->task_queue_ != task_queue) continue;
      const auto has_sink = [&](const Logger& log) { return log.shares_sink_with(worker->log_); };
      if (std::ranges::none_of(logs, has_sink)) logs.push_back(worker->log_);
    }
  }
  for (const auto& log : logs) log_record(log, record);  // outside of the lock: a sink is the user's code
}

std::shared_ptr<Runtime> create_runtime_that_warns() {
  bridge::v1::RuntimeOptions options;
  options.set_core_log_level("warn");
  return Runtime::create(options, log_to_workers);
}

}  // namespace temporal::core
