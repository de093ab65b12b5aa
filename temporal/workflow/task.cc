#include <temporal/workflow/task.h>

#include <temporal/workflow/detail/context.h>

#include <stdexcept>

namespace temporal::workflow::detail {
namespace {

std::logic_error in_workflow(const char* what) {
  return std::logic_error{"workflow " + Context::current().facts.info.workflow_type + " " + what};
}

}  // namespace

void throw_no_result() {
  throw in_workflow("has awaited a workflow::Task whose function came to its end without a co_return of its result");
}

void throw_awaited_twice() {
  throw in_workflow(
      "has awaited a workflow::Task a second time, or one that was moved away: await it once, and keep its result");
}

}  // namespace temporal::workflow::detail
