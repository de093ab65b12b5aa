#include <temporal/workflow/handlers.h>

#include <temporal/workflow/detail/context.h>

namespace temporal::workflow {

using detail::Context;

const UpdateInfo* current_update_info() { return Context::current().scheduler.scope->update().get(); }
bool all_handlers_finished() { return Context::current().handlers.all_finished(); }

HandlerRegistration::~HandlerRegistration() {
  if (number_ != 0) Context::current().handlers.remove(kind_, name_, number_);
}

namespace detail {

HandlerRegistration register_signal(std::string name, SignalHandler handler) {
  const auto number = Context::current().handlers.add_signal(name, std::move(handler));
  return {HandlerRegistration::Kind::signal, std::move(name), number};
}

HandlerRegistration register_query(std::string name, QueryHandler handler) {
  const auto number = Context::current().handlers.add_query(name, std::move(handler));
  return {HandlerRegistration::Kind::query, std::move(name), number};
}

HandlerRegistration register_update(std::string name, UpdateHandler handler) {
  const auto number = Context::current().handlers.add_update(name, std::move(handler));
  return {HandlerRegistration::Kind::update, std::move(name), number};
}

}  // namespace detail
}  // namespace temporal::workflow
