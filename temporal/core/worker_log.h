#pragma once

#include <temporal/common/log.h>
#include <temporal/core/runtime.h>

#include <memory>
#include <string>

/// \file
/// Core says what goes wrong below a worker in one log for the whole runtime: here it finds those of the workers.

namespace temporal::core {

/// While it lives, warnings about a worker reach its log: those that name its task queue, and those that name none,
/// such as of a server that is away. Workers that share a sink get them once. Thread-safe.
class WorkerLog {
 public:
  WorkerLog(Logger log, std::string task_queue);
  WorkerLog(const WorkerLog&) = delete;
  WorkerLog& operator=(const WorkerLog&) = delete;
  ~WorkerLog();

 private:
  friend void log_to_workers(const bridge::v1::LogRecord& record);
  struct All;
  static All& all();

  Logger log_;
  std::string task_queue_;
};

/// Gives a record to the workers that it is for.
void log_to_workers(const bridge::v1::LogRecord& record);

/// Writes it, with its level.
void log_record(const Logger& log, const bridge::v1::LogRecord& record);

/// A runtime whose warnings go to the workers that live. @throws Error
std::shared_ptr<Runtime> create_runtime_that_warns();

}  // namespace temporal::core
