#include <temporal/workflow/logger.h>

#include <temporal/workflow/detail/context.h>

#include <utility>

namespace temporal::workflow {

const Logger& logger() {
  auto& context = detail::Context::current();
  if (!context.log) {
    const auto& info = context.facts.info;
    context.log = context.options.log.when(detail::Context::progressing)
                      .with({{"workflow_id", info.workflow_id},
                             {"run_id", info.run_id},
                             {"workflow_type", info.workflow_type},
                             {"task_queue", info.task_queue}});
  }
  return *context.log;
}

void add_log_fields(std::initializer_list<LogField> fields) {
  auto log = logger().with(fields);
  detail::Context::current().log = std::move(log);
}

}  // namespace temporal::workflow
