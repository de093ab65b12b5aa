#include <temporal/workflow/detail/context.h>

#include <temporal/workflow/detail/require_writable.h>

#include <stdexcept>
#include <utility>

namespace temporal::workflow::detail {
namespace {

thread_local Context* current_context = nullptr;

}  // namespace

Context::Context(const Definition& definition, InstanceOptions options, const std::string& run_id,
                 const coresdk::workflow_activation::InitializeWorkflow& start)
    : definition(definition),
      options(std::move(options)),
      facts(run_id, this->options, start),
      properties(*this, start) {
  scheduler.scope = root_scope;
}

Context::~Context() {
  const Entered entered{*this};
  commands.close();
  scheduler.scope = root_scope;
  scheduler.destroy_routines();
  object.reset();
  handlers.clear();
  interception.end();
}

Context& Context::current() {
  if (current_context == nullptr) throw std::logic_error("called outside of a workflow");
  return *current_context;
}

bool Context::progressing() noexcept {
  if (current_context == nullptr || current_context->commands.closed()) return false;
  // Core says of queries, too, that they replay.
  return !current_context->facts.replaying || current_context->commands.read_only();
}

void require_writable() { Context::current().commands.require_writable(); }

Context::Entered::Entered(Context& context) noexcept : previous_(std::exchange(current_context, &context)) {}
Context::Entered::~Entered() { current_context = previous_; }

}  // namespace temporal::workflow::detail
