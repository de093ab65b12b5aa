#include <temporal/workflow/metrics.h>

#include <temporal/workflow/detail/context.h>

namespace temporal::workflow {

const Meter& metrics() {
  auto& context = detail::Context::current();
  if (!context.meter) {
    const auto& info = context.facts.info;
    context.meter = context.options.meter.when(detail::Context::progressing)
                        .with_attributes({{"namespace", info.namespace_},
                                          {"task_queue", info.task_queue},
                                          {"workflow_type", info.workflow_type}});
  }
  return *context.meter;
}

}  // namespace temporal::workflow
