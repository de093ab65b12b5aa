#include <temporal/workflow/cancellation.h>

#include <temporal/workflow/detail/context.h>

namespace temporal::workflow {

using detail::Context;

bool cancellation_requested() { return Context::current().root_scope->cancelled(); }
const std::string& cancellation_reason() { return Context::current().root_scope->reason(); }

}  // namespace temporal::workflow
