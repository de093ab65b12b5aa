#include <temporal/workflow/detail/handlers.h>

#include <temporal/common/client_errors.h>
#include <temporal/common/failure_errors.h>
#include <temporal/common/reserved_names.h>
#include <temporal/converter/failure.h>
#include <temporal/converter/payload_converter.h>
#include <temporal/converter/proto_payload.h>
#include <temporal/workflow/detail/checks.h>
#include <temporal/workflow/detail/context.h>
#include <temporal/workflow/detail/entered_scope.h>

#include <algorithm>
#include <concepts>
#include <exception>
#include <iterator>
#include <ranges>
#include <stdexcept>
#include <utility>

namespace temporal::workflow::detail {
namespace {

coresdk::workflow_commands::UpdateResponse& respond(Context& context, const std::string& protocol_id) {
  auto& response = *context.commands.add().mutable_update_response();
  response.set_protocol_instance_id(protocol_id);
  return response;
}

template <class Handler>
bool handles_something(const Handler& handler) {
  if constexpr (std::same_as<Handler, QueryHandler>) {
    return handler != nullptr;
  } else {
    return handler.run != nullptr;
  }
}

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

/// The server takes no more (its setting limit.blobSize.error). One that comes with a workflow task would fail the task
/// with it, over and over.
constexpr std::size_t largest_answer = 2 << 20;

void check_size(const temporal::api::common::v1::Payload& answer, const std::string& query) {
  if (answer.data().size() <= largest_answer) return;
  throw ApplicationError{"the answer to the query " + query + " has " + std::to_string(answer.data().size()) +
                         " bytes, and the server takes 2 MiB: answer with less"};
}

}  // namespace

template <class Handler>
std::optional<Handlers::Found<Handler>> Handlers::find(const std::string& name, const Registry<Handler>& registered,
                                                       const Definition::Handlers<Handler>& defined,
                                                       const Handler& dynamic) const {
  const auto of_the_definition = [](const Handler& handler) {  // which outlives the run
    return Found<Handler>{{std::shared_ptr<void>{}, &handler}, Lifetime::of_run};
  };
  if (const auto found = registered.find(name); found != registered.end()) {
    return Found<Handler>{found->second.handler, Lifetime::of_main};
  }
  if (const auto found = defined.find(name); found != defined.end()) return of_the_definition(found->second);
  const bool reserved = context_.facts.in_order() && temporal::detail::is_reserved_name(name);
  if (handles_something(dynamic) && !reserved) return of_the_definition(dynamic);
  return std::nullopt;
}

void Handlers::signal(const SignalJob& job) {
  if (!context_.facts.in_order()) return take(job);
  context_.scheduler.start(take_in_turn(job), context_.root_scope);
}

void Handlers::update(const UpdateJob& job) {
  if (!context_.facts.in_order()) return take(job);
  context_.scheduler.start(take_in_turn(job), context_.root_scope);
}

Routine Handlers::take_in_turn(Message message) {
  std::visit([this](const auto& job) { take(job); }, message);
  co_return;
}

void Handlers::main_started() {
  main_started_ = true;
  for (auto& message : std::exchange(early_, {})) {
    // Behind the first go of the main function; by the original rules also behind what that puts into the queue.
    context_.scheduler.start(
        context_.facts.in_order() ? take_in_turn(std::move(message)) : take_later(std::move(message)),
        context_.root_scope);
  }
}

Routine Handlers::take_later(Message message) {
  context_.scheduler.start(take_in_turn(std::move(message)), context_.root_scope);
  co_return;
}

void Handlers::begin(Routine routine, std::shared_ptr<Scope> scope, Lifetime lifetime) {
  if (!context_.facts.in_order()) {
    context_.scheduler.start(routine, std::move(scope), lifetime);
  } else {
    context_.scheduler.start_now(routine, std::move(scope), lifetime);
  }
}

void Handlers::take(const SignalJob& job) {
  ++taken_;
  const auto found = find(job.signal_name(), signals_, context_.definition.signals, context_.definition.dynamic_signal);
  if (!found) {
    const bool may_come_at_once = !main_started_ && context_.facts.in_order();
    return may_come_at_once ? early_.emplace_back(job), void() : waiting_.push_back(job);
  }
  const auto& handler = *found->handler;
  auto arguments = converter::to_payloads(job.input());
  auto* const first = context_.interception.first();
  auto task = first == nullptr ? call(handler, job.signal_name(), arguments)
                               : run_through(*first, SignalInput{.name = job.signal_name(),
                                                                 .arguments = std::move(arguments),
                                                                 .headers = converter::to_payload_map(job.headers()),
                                                                 .handler = handler});
  begin(run_signal(std::move(task), note("signal " + job.signal_name(), handler.options)), context_.root_scope,
        found->lifetime);
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
  require_text("the name of a handler", name);
  if (temporal::detail::is_reserved_name(name)) {
    throw std::invalid_argument("a handler cannot be named " + name +
                                ": such names belong to Temporal, choose another");
  }
  registry.insert_or_assign(name, Registered<Handler>{.number = ++last_number_,
                                                      .handler = std::make_shared<const Handler>(std::move(handler))});
  return last_number_;
}

std::uint64_t Handlers::add_signal(const std::string& name, SignalHandler handler) {
  const auto number = put(signals_, name, std::move(handler));
  auto waiting = std::exchange(waiting_, {});
  if (!context_.facts.in_order()) {
    for (const auto& job : waiting) take(job);  // what has no handler yet waits again
    return number;
  }
  // They came before all messages that are in the queue.
  for (auto& job : waiting | std::views::reverse) {
    if (job.signal_name() == name) context_.scheduler.start_next(take_in_turn(job), context_.root_scope);
  }
  std::ranges::remove_copy(waiting, std::back_inserter(waiting_), name, &SignalJob::signal_name);
  return number;
}

std::uint64_t Handlers::add_query(const std::string& name, QueryHandler handler) {
  return put(queries_, name, std::move(handler));
}

std::uint64_t Handlers::add_update(const std::string& name, UpdateHandler handler) {
  return put(updates_, name, std::move(handler));
}

Routine Handlers::run_signal(Task<Payload> handler, std::unique_ptr<Running> running) {
  try {
    co_await std::move(handler);
  } catch (...) {
    const auto failure = std::current_exception();
    // How a cancelled workflow ends is for its main function to say.
    if (!context_.root_scope->cancelled() || !is_cancellation(failure)) context_.outcome.fail(failure);
  }
  running->finished = true;
}

void Handlers::take(const UpdateJob& job) {
  const auto found = find(job.name(), updates_, context_.definition.updates, context_.definition.dynamic_update);
  if (!found && !main_started_) {
    early_.emplace_back(job);
    return;
  }
  const auto scope =
      Scope::child_of(context_.root_scope, std::make_shared<const UpdateInfo>(UpdateInfo{job.id(), job.name()}));
  const auto arguments = converter::to_payloads(job.input());
  auto* const first = context_.interception.first();
  std::optional<Task<Payload>> task;
  try {
    if (!found) throw unknown(context_, "update", job.name());
    if (job.run_validator()) {
      const EnteredScope entered{scope};
      const Commands::ReadOnly read_only{context_.commands};
      if (first != nullptr) {
        first->validate_update(input_of(job, arguments, *found->handler));
      } else if (found->handler->validate != nullptr) {
        found->handler->validate(context_.object.get(), job.name(), arguments);
      }
    }
    task = first == nullptr ? found->handler->run(context_.object.get(), job.name(), arguments)  // decodes
                            : run_through(*first, input_of(job, arguments, *found->handler));
  } catch (...) {
    if (!job.run_validator()) throw;  // the history says that it was accepted
    *respond(context_, job.protocol_instance_id()).mutable_rejected() = converter::to_failure(std::current_exception());
    return;
  }
  ++taken_;
  respond(context_, job.protocol_instance_id()).mutable_accepted();
  begin(run_update(std::move(*task), job.protocol_instance_id(),
                   note("update " + job.name() + " " + job.id(), found->handler->options)),
        scope, found->lifetime);
}

Routine Handlers::run_update(Task<Payload> handler, std::string protocol_id, std::unique_ptr<Running> running) {
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
  running->finished = true;
}

void Handlers::query(const coresdk::workflow_activation::QueryWorkflow& job) {
  auto& result = *context_.commands.add().mutable_respond_to_query();
  result.set_query_id(job.query_id());
  try {
    if (job.query_type() == metadata_query) {
      *result.mutable_succeeded()->mutable_response() = converter::to_proto(context_.properties.metadata());
      return;
    }
    const auto found = find(job.query_type(), queries_, context_.definition.queries, context_.definition.dynamic_query);
    if (!found) throw unknown(context_, "query", job.query_type());
    const auto& handler = *found->handler;
    const Commands::ReadOnly read_only{context_.commands};
    auto arguments = converter::to_payloads(job.arguments());
    auto* const first = context_.interception.first();
    *result.mutable_succeeded()->mutable_response() =
        converter::to_proto(first == nullptr ? handler(context_.object.get(), job.query_type(), arguments)
                                             : first->handle_query({.id = job.query_id(),
                                                                    .name = job.query_type(),
                                                                    .arguments = std::move(arguments),
                                                                    .headers = converter::to_payload_map(job.headers()),
                                                                    .handler = handler}));
    check_size(result.succeeded().response(), job.query_type());
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

Handlers::Names Handlers::names() const {
  const auto names_of = [](const auto& registered, const auto& defined) {
    std::set<std::string> names;
    for (const auto& [name, handler] : registered) names.insert(name);
    for (const auto& [name, handler] : defined) names.insert(name);
    return names;
  };
  const auto& definition = context_.definition;
  return {.signals = names_of(signals_, definition.signals),
          .queries = names_of(queries_, definition.queries),
          .updates = names_of(updates_, definition.updates)};
}

std::unique_ptr<Handlers::Running> Handlers::note(std::string description, HandlerOptions options) {
  auto running = std::make_unique<Running>(*this, std::move(description), options.unfinished_policy);
  running_.push_back(*running);
  return running;
}

void Handlers::leave_behind(const Running& running) {
  if (running.policy == UnfinishedPolicy::abandon) return;
  if (!left_behind_.empty()) left_behind_ += ", ";
  left_behind_ += running.description;
}

void Handlers::warn_of_unfinished() {
  running_.for_each([this](const Running& running) { leave_behind(running); });
  const auto left = std::exchange(left_behind_, {});
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
