#include <temporal/workflow/continue_as_new.h>

#include <temporal/workflow/detail/context.h>

namespace temporal::workflow {

void detail::continue_as_new(ContinueAsNewInput next) {
  const auto& context = Context::current();  // outside of a workflow nobody would catch what is thrown
  if (auto* const first = context.interception.outbound()) first->continue_as_new(next);
  throw ContinueAsNew{std::move(next)};
}

void continue_as_new_named(std::string workflow_type, ContinueAsNewOptions options, std::vector<Payload> arguments) {
  detail::continue_as_new(
      {.workflow_type = std::move(workflow_type), .options = std::move(options), .arguments = std::move(arguments)});
}

}  // namespace temporal::workflow
