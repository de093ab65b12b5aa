#include <temporal/workflow/detail/handlers.h>

#include <temporal/common/client_errors.h>
#include <temporal/common/failure_errors.h>
#include <temporal/converter/failure.h>
#include <temporal/converter/payload_converter.h>
#include <temporal/converter/proto_payload.h>
#include <temporal/workflow/detail/context.h>
#include <temporal/workflow/detail/entered_scope.h>

#include <exception>
#include <stdexcept>
#include <utility>

namespace temporal::workflow::detail {
namespace {

coresdk::workflow_commands::UpdateResponse& respond(Context& context, const std::string& protocol_id) {
  auto& response = *context.commands.add().mutable_update_response();
  response.set_protocol_instance_id(protocol_id);
  return response;
}

/// Null when nothing handles the name.
template <class Registry, class Handler, class Present>
std::shared_ptr<const Handler> find(const std::string& name, const Registry& registered,
                                    const Definition::Handlers<Handler>& defined, const Handler& dynamic,
                                    const Present& present) {
  const auto of_the_definition = [](const Handler& handler) {
    return std::shared_ptr<const Handler>{std::shared_ptr<void>{}, &handler};  // which outlives the run
  };
  if (const auto found = registered.find(name); found != registered.end()) return found->second.handler;
  if (const auto found = defined.find(name); found != defined.end()) return of_the_definition(found->second);
  return present(dynamic) ? of_the_definition(dynamic) : nullptr;
}

constexpr auto runs_something = [](const auto& handler) { return handler.run != nullptr; };
constexpr auto answers_something = [](const QueryHandler& handler) { return handler != nullptr; };

ApplicationError unknown(const Context& context, const std::string& kind, const std::string& name) {
  return ApplicationError{"workflow " + context.facts.info.workflow_type + " has no " + kind + " handler named " +
                          name};
}

UpdateInput input_of(const coresdk::workflow_activation::DoUpdate& job, const Definition::Arguments& arguments,
                     const UpdateHandler& handler) {
  return {.id = job.id(),
          .name = job.name(),
          .arguments = arguments,
          .headers = converter::to_payload_map(job.headers()),
          .handler = handler};
}

Task<Payload> nothing() { co_return converter::null_payload(); }

// Lazy, so that all links run as the handler does: in its scope, and their failures are its own.
Task<Payload> run_through(RunInterceptor& first, SignalInput input) {
  co_return co_await first.handle_signal(std::move(input));
}
Task<Payload> run_through(RunInterceptor& first, UpdateInput input) {
  co_return co_await first.handle_update(std::move(input));
}

}  // namespace

void Handlers::signal(const coresdk::workflow_activation::SignalWorkflow& job) {
  const auto handler = find(job.signal_name(), signals_, context_.definition.signals,
                            context_.definition.dynamic_signal, runs_something);
  if (handler == nullptr) {
    waiting_.push_back(job);
    return;
  }
  auto arguments = converter::to_payloads(job.input());
  auto* const first = context_.interception.first();
  auto task = first == nullptr ? call(*handler, job.signal_name(), arguments)
                               : run_through(*first, SignalInput{.name = job.signal_name(),
                                                                 .arguments = std::move(arguments),
                                                                 .headers = converter::to_payload_map(job.headers()),
                                                                 .handler = *handler});
  context_.scheduler.start(run_signal(std::move(task), note(job.signal_name(), {}, handler->options)),
                           context_.root_scope);
}

Task<Payload> Handlers::call(const SignalHandler& handler, const std::string& name,
                             const Definition::Arguments& arguments) const {
  try {
    return handler.run(context_.object.get(), name, arguments);  // decodes; the handler itself runs when it is awaited
  } catch (const DecodeError& error) {
    // Not its message, which may quote the payload.
    if (!context_.facts.replaying) {
      context_.options.log.error("a signal is dropped: its arguments do not decode as those of its handler",
                                 {{"signal", name},
                                  {"argument", error.info().argument.value_or(0)},
                                  {"expected_type", error.info().cpp_type},
                                  {"workflow_id", context_.facts.info.workflow_id},
                                  {"run_id", context_.facts.info.run_id},
                                  {"workflow_type", context_.facts.info.workflow_type}});
    }
    return nothing();
  }
}

template <class Handler>
std::uint64_t Handlers::put(Registry<Handler>& registry, const std::string& name, Handler handler) {
  context_.commands.require_writable();
  registry.insert_or_assign(name, Registered<Handler>{.number = ++last_number_,
                                                      .handler = std::make_shared<const Handler>(std::move(handler))});
  return last_number_;
}

std::uint64_t Handlers::add_signal(const std::string& name, SignalHandler handler) {
  const auto number = put(signals_, name, std::move(handler));
  for (const auto& job : std::exchange(waiting_, {})) signal(job);  // what has no handler yet waits again
  return number;
}

std::uint64_t Handlers::add_query(const std::string& name, QueryHandler handler) {
  return put(queries_, name, std::move(handler));
}

std::uint64_t Handlers::add_update(const std::string& name, UpdateHandler handler) {
  return put(updates_, name, std::move(handler));
}

Routine Handlers::run_signal(Task<Payload> handler, std::unique_ptr<Running> /*running*/) {
  try {
    co_await std::move(handler);
  } catch (...) {
    const auto failure = std::current_exception();
    // How a cancelled workflow ends is for its main function to say.
    if (!context_.root_scope->cancelled() || !is_cancellation(failure)) context_.outcome.fail(failure);
  }
}

void Handlers::update(const coresdk::workflow_activation::DoUpdate& job) {
  const auto handler =
      find(job.name(), updates_, context_.definition.updates, context_.definition.dynamic_update, runs_something);
  if (handler == nullptr && !main_has_run_) {
    early_updates_.push_back(job);
    return;
  }
  const auto reject = [&] {
    *respond(context_, job.protocol_instance_id()).mutable_rejected() = converter::to_failure(std::current_exception());
  };
  const auto scope =
      Scope::child_of(context_.root_scope, std::make_shared<const UpdateInfo>(UpdateInfo{job.id(), job.name()}));
  const auto arguments = converter::to_payloads(job.input());
  auto* const first = context_.interception.first();
  try {
    if (handler == nullptr) throw unknown(context_, "update", job.name());
    if (job.run_validator()) {
      const EnteredScope entered{scope};
      const Commands::ReadOnly read_only{context_.commands};
      if (first != nullptr) {
        first->validate_update(input_of(job, arguments, *handler));
      } else if (handler->validate != nullptr) {
        handler->validate(context_.object.get(), job.name(), arguments);
      }
    }
  } catch (...) {
    return reject();
  }
  respond(context_, job.protocol_instance_id()).mutable_accepted();
  auto task = first == nullptr ? handler->run(context_.object.get(), job.name(), arguments)
                               : run_through(*first, input_of(job, arguments, *handler));
  context_.scheduler.start(
      run_update(std::move(task), job.protocol_instance_id(), note(job.name(), job.id(), handler->options)), scope);
}

void Handlers::main_started() {
  if (early_updates_.empty()) {
    main_has_run_ = true;
  } else {
    context_.scheduler.start(take_early_updates(), context_.root_scope);
  }
}

// Runs right after the main function's first go. What that has put into the run queue, such as signals that had waited
// for their handler, comes before the updates.
Routine Handlers::take_early_updates() {
  main_has_run_ = true;
  for (auto& job : std::exchange(early_updates_, {})) {
    context_.scheduler.start(take_update(std::move(job)), context_.root_scope);
  }
  co_return;
}

Routine Handlers::take_update(coresdk::workflow_activation::DoUpdate job) {
  update(job);
  co_return;
}

Routine Handlers::run_update(Task<Payload> handler, std::string protocol_id, std::unique_ptr<Running> /*running*/) {
  try {
    auto result = co_await std::move(handler);
    *respond(context_, protocol_id).mutable_completed() = converter::to_proto(std::move(result));
  } catch (const ContinueAsNew&) {
    throw std::logic_error("an update handler cannot continue its workflow as new: let the run function do it");
  } catch (...) {
    const auto failure = std::current_exception();
    if (!context_.outcome.fails_workflow(failure)) throw;
    *respond(context_, protocol_id).mutable_rejected() = converter::to_failure(failure);
  }
}

void Handlers::query(const coresdk::workflow_activation::QueryWorkflow& job) {
  auto& result = *context_.commands.add().mutable_respond_to_query();
  result.set_query_id(job.query_id());
  try {
    if (job.query_type() == metadata_query) {
      *result.mutable_succeeded()->mutable_response() = converter::to_proto(context_.properties.metadata());
      return;
    }
    const auto handler = find(job.query_type(), queries_, context_.definition.queries,
                              context_.definition.dynamic_query, answers_something);
    if (handler == nullptr) throw unknown(context_, "query", job.query_type());
    const Commands::ReadOnly read_only{context_.commands};
    auto arguments = converter::to_payloads(job.arguments());
    auto* const first = context_.interception.first();
    *result.mutable_succeeded()->mutable_response() =
        converter::to_proto(first == nullptr ? (*handler)(context_.object.get(), job.query_type(), arguments)
                                             : first->handle_query({.id = job.query_id(),
                                                                    .name = job.query_type(),
                                                                    .arguments = std::move(arguments),
                                                                    .headers = converter::to_payload_map(job.headers()),
                                                                    .handler = *handler}));
  } catch (...) {
    *result.mutable_failed() = converter::to_failure(std::current_exception());
  }
}

// What a handler has captured may end registrations, so it goes when none is left to end.
void Handlers::clear() noexcept {
  const auto signals = std::exchange(signals_, {});
  const auto queries = std::exchange(queries_, {});
  const auto updates = std::exchange(updates_, {});
}

void Handlers::remove(HandlerRegistration::Kind kind, const std::string& name, std::uint64_t number) {
  const auto from = [&](auto& registry) {
    const auto found = registry.find(name);
    if (found == registry.end() || found->second.number != number) return;
    const auto keeps_alive = registry.extract(found);  // what it has captured may end registrations
  };
  switch (kind) {
    case HandlerRegistration::Kind::signal:
      return from(signals_);
    case HandlerRegistration::Kind::query:
      return from(queries_);
    case HandlerRegistration::Kind::update:
      return from(updates_);
  }
}

std::unique_ptr<Handlers::Running> Handlers::note(std::string name, std::string update_id, HandlerOptions options) {
  auto running = std::make_unique<Running>(std::move(name), std::move(update_id), options.unfinished_policy);
  running_.push_back(*running);
  return running;
}

void Handlers::warn_of_unfinished() {
  std::string left;
  running_.for_each([&](const Running& running) {
    if (running.policy == UnfinishedPolicy::abandon) return;
    if (!left.empty()) left += ", ";
    left += running.update_id.empty() ? "signal " + running.name : "update " + running.name + " " + running.update_id;
  });
  if (left.empty() || context_.facts.replaying) return;
  context_.options.log.warn(
      "[TMPRL1102] the workflow has ended while handlers were under way: who called an update gets an error, and what "
      "a "
      "handler had still to do is not done. Wait for workflow::all_handlers_finished before the end, or register the "
      "handler with UnfinishedPolicy::abandon",
      {{"handlers", left},
       {"workflow_id", context_.facts.info.workflow_id},
       {"run_id", context_.facts.info.run_id},
       {"workflow_type", context_.facts.info.workflow_type}});
}

}  // namespace temporal::workflow::detail
