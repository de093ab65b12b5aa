#include <temporal/workflow/detail/entered_scope.h>

#include <temporal/workflow/detail/context.h>

namespace temporal::workflow::detail {

std::shared_ptr<Scope> current_scope() { return Context::current().scheduler.scope; }

EnteredScope::EnteredScope(std::shared_ptr<Scope> scope)
    : previous_(std::exchange(Context::current().scheduler.scope, std::move(scope))) {}

EnteredScope::~EnteredScope() { Context::current().scheduler.scope = std::move(previous_); }

}  // namespace temporal::workflow::detail
