#include <temporal/workflow/continue_as_new.h>

#include <temporal/workflow/detail/checks.h>
#include <temporal/workflow/detail/context.h>

namespace temporal::workflow {

void detail::continue_as_new(ContinueAsNewInput next) {
  const auto& context = Context::current();  // outside of a workflow nobody would catch what is thrown
  if (auto* const first = context.interception.outbound()) first->continue_as_new(next);
  const auto& options = next.options;
  Check{context.commands, "continue as new", next.workflow_type}
      .name("the workflow's type", next.workflow_type)
      .text("task_queue", options.task_queue)
      .duration("run_timeout", options.run_timeout)
      .duration("task_timeout", options.task_timeout)
      .duration("start_delay", options.start_delay)
      .retry_policy(options.retry_policy)
      .search_attributes(options.search_attributes)
      .keys("a key of the memo", options.memo)
      .keys("a header", next.headers);
  throw ContinueAsNew{std::move(next)};
}

void continue_as_new_named(std::string workflow_type, ContinueAsNewOptions options, std::vector<Payload> arguments) {
  detail::continue_as_new(
      {.workflow_type = std::move(workflow_type), .options = std::move(options), .arguments = std::move(arguments)});
}

}  // namespace temporal::workflow
