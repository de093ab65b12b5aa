#pragma once

#include <temporal/common/log.h>
#include <temporal/common/metrics.h>
#include <temporal/common/versioning.h>
#include <temporal/workflow/failure_types.h>
#include <temporal/workflow/interceptor.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace temporal::workflow::detail {

/// What the worker tells every workflow run.
struct InstanceOptions {
  std::string namespace_ = {};
  std::string task_queue = {};
  std::optional<VersioningBehavior> default_versioning_behavior = {};
  bool disable_eager_activity_execution = false;
  FailureTypes failure_exception_types = {};  ///< besides those of the definition
  Logger log = {};
  Meter meter = {};
  std::vector<std::shared_ptr<Interceptor>> interceptors = {};
};

}  // namespace temporal::workflow::detail
