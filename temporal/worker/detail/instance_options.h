#pragma once

#include <temporal/worker/worker_options.h>
#include <temporal/workflow/detail/instance_options.h>

#include <string>
#include <utility>

namespace temporal::worker::detail {

inline Logger log_of(const WorkerOptions& options) {
  static const auto& standard = *new Logger{Logger::to_stderr({})};  // one for all, and for as long as any thread lives
  return options.log.value_or(standard);
}

/// What a worker with these options tells every workflow run, whether a server or the replayer asks it to run.
inline workflow::detail::InstanceOptions instance_options(const WorkerOptions& options, std::string namespace_,
                                                          Meter meter = {}) {
  return {.namespace_ = std::move(namespace_),
          .task_queue = options.task_queue,
          .default_versioning_behavior = options.default_versioning_behavior,
          .disable_eager_activity_execution = options.disable_eager_activity_execution,
          .failure_exception_types = options.workflow_failure_exception_types,
          .log = log_of(options),
          .meter = std::move(meter),
          .interceptors = {options.interceptors.begin(), options.interceptors.end()}};
}

}  // namespace temporal::worker::detail
