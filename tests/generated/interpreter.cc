#include "interpreter.h"

#include "waiting.h"

#include <temporal/common/errors.h>

#include <utility>

namespace temporal::generated {

thread_local std::shared_ptr<Recorder> Recorder::current;

using namespace std::chrono_literals;
using workflow::Task;

Generated::Generated() : recorder_(Recorder::current) {}

workflow::Definition generated_definition() {
  return workflow::definition<Generated>()
      .run<&Generated::run>()
      .signal<&Generated::signal>()
      .signal<&Generated::poke>()
      .update<&Generated::update, &Generated::check>()
      .query<&Generated::look>();
}

Task<std::string> Generated::run() {
  // Declared before the locals: it notes the end when they are gone.
  struct End {
    Recorder& recorder;
    ~End() { recorder.over = true; }
  };
  const End end{*recorder_};
  Locals in_frame;
  auto& locals = recorder_->original_rules ? outliving_main_ : in_frame;
  const Actor actor{.locals = &locals, .name = "main"};
  co_await block(recorder_->program.main, actor);
  saw("returns", actor);
  std::string result;
  for (const auto& line : recorder_->trace) result += line + "\n";
  co_return result;
}

Task<> Generated::signal(int message, int which) {
  const Actor actor{.locals = &of_handlers_, .name = "signal " + std::to_string(message), .of_object = true};
  begins(*recorder_, message);
  saw("begins", actor);
  co_await block(recorder_->program.signals.at(which), actor);
  saw("ends", actor);
}

void Generated::poke(int message) {
  begins(*recorder_, message);
  ++variables_[0];
  saw("pokes", {.locals = &of_handlers_, .name = "poke " + std::to_string(message), .of_object = true});
}

Task<std::string> Generated::update(int message, int which) {
  const auto name = "update " + std::to_string(message);
  const Actor actor{.locals = &of_handlers_, .name = name, .of_object = true, .update = name};
  begins(*recorder_, message);
  saw("begins", actor);
  co_await block(recorder_->program.updates.at(which).body, actor);
  saw("ends", actor);
  co_return "the result of update " + std::to_string(message);
}

void Generated::check(int message, int which) const {
  const int numbered = recorder_->on_server ? 0 : message;
  for (int earlier = 0; earlier < numbered && !recorder_->over; ++earlier) {
    recorder_->expect(recorder_->started.contains(earlier) || recorder_->rejected.contains(earlier),
                      "the validator of message " + std::to_string(message) + " ran before the handler of message " +
                          std::to_string(earlier));
  }
  const auto& update = recorder_->program.updates.at(which);
  if (variables_.at(update.variable) >= update.at_least) return;
  recorder_->rejected.insert(message);
  throw ApplicationError{"too early"};
}

std::string Generated::look() const {
  return std::to_string(variables_[0]) + " " + std::to_string(variables_[1]) + " " +
         std::to_string(recorder_->trace.size());
}

Task<bool> Generated::block(const Block& block, const Actor& actor) {
  for (const auto& each : block) {
    if (co_await statement(each, actor)) co_return true;
  }
  co_return false;
}

Task<bool> Generated::statement(const Statement& statement, const Actor& actor) {
  auto& locals = *actor.locals;
  switch (statement.what) {
    case Do::add:
      variable(statement.a, actor) += statement.b;
      break;
    case Do::sleep:
      co_await sleep(statement.b, actor);
      break;
    case Do::activity:
    case Do::local_activity:
    case Do::child:
      co_await request(statement, actor);
      break;
    case Do::start_timer:
    case Do::start_activity:
    case Do::start_local:
    case Do::start_child:
      start(statement, actor);
      break;
    case Do::await_place:
      co_await await_place(statement.a, actor);
      break;
    case Do::cancel_place:
      cancel(statement.a, actor);
      break;
    case Do::any_of:
      co_await any_of(statement.a, statement.b, actor);
      break;
    case Do::all_of:
      co_await all_of(statement.a, statement.b, actor);
      break;
    case Do::spawn: {
      auto of_task = actor;
      const auto number = next_request(actor);
      of_task.name += ".task " + std::to_string(number);
      locals.places.at(statement.a) = {.handle = workflow::spawn(task(statement.body, of_task, number)),
                                       .number = number};
      break;
    }
    case Do::all_tasks:
      co_await all_tasks(statement, actor);
      break;
    case Do::wait:
      co_await wait(statement, actor, /*takes=*/false, /*suggested=*/false);
      break;
    case Do::suggested:
      co_await wait(statement, actor, /*takes=*/false, /*suggested=*/true);
      break;
    case Do::take:
      co_await wait(statement, actor, /*takes=*/true, /*suggested=*/false);
      break;
    case Do::wait_limited:
      co_await wait_limited(statement, actor, /*takes=*/false);
      break;
    case Do::take_limited:
      co_await wait_limited(statement, actor, /*takes=*/true);
      break;
    case Do::scope:
      co_return co_await in_scope(statement, actor);
    case Do::cancel_scope:
      if (const auto scope = locals.scopes.at(statement.a)) {
        saw("cancels scope " + std::to_string(statement.a), actor);
        scope->cancel("by the program");
      }
      break;
    case Do::lock:
      co_return co_await locked(statement, actor);
    case Do::attempt:
      co_return co_await attempt(statement, actor);
    case Do::either: {
      const bool holds = variable(statement.a, actor) >= statement.b;
      saw(holds ? "goes one way" : "goes the other way", actor);
      co_return co_await block(holds ? statement.body : statement.other, actor);
    }
    case Do::patch: {
      const bool holds = !recorder_->before_patches && workflow::patched("p" + std::to_string(statement.a));
      saw(holds ? "is patched" : "is not patched", actor);
      co_return co_await block(holds ? statement.body : statement.other, actor);
    }
    case Do::repeat:
      for (int i = 0; i < statement.b; ++i) {
        if (co_await block(statement.body, actor)) co_return true;
      }
      break;
    case Do::all_finished:
      co_await all_finished(actor);
      break;
    case Do::handle_late:
      handle_late(statement.body, actor);
      break;
    case Do::signal_external:
      co_await external(/*cancels=*/false, actor);
      break;
    case Do::cancel_external:
      co_await external(/*cancels=*/true, actor);
      break;
    case Do::random:
      saw(workflow::uuid4(), actor);
      break;
    case Do::give:
      co_return true;
    case Do::fail:
      saw("throws", actor);
      throw ApplicationError{"the program fails"};
    case Do::again:
      saw("continues as new", actor);
      workflow::continue_as_new<&Generated::run>({});
    case Do::count:
      break;
  }
  co_return false;
}

Task<std::string> Generated::task(const Block& body, Actor actor, int number) {
  saw("begins", actor);
  co_await block(body, actor);
  saw("ends", actor);
  co_return result_of_request(number);
}

Task<bool> Generated::in_scope(const Statement& statement, Actor actor) {
  actor.scope = statement.b == 1 ? workflow::CancellationScope::shielded() : workflow::CancellationScope{};
  actor.locals->scopes.at(statement.a) = actor.scope;
  co_return co_await actor.scope->run(block(statement.body, actor));
}

Task<bool> Generated::attempt(const Statement& statement, const Actor& actor) {
  std::exception_ptr failure;
  try {
    co_return co_await block(statement.body, actor);
  } catch (const std::exception&) {
    failure = std::current_exception();
  }
  saw("catches " + to_text(failure), actor);
  co_return false;
}

void Generated::handle_late(const Block& body, const Actor& actor) {
  // As a user would write it: lambdas with references to the locals of the main function.
  auto& locals = *actor.locals;
  saw("handles late", actor);
  locals.late = workflow::set_signal_handler("late", [this, &locals, &body](int message) {
    return late(body, {.locals = &locals, .name = "late signal " + std::to_string(message)});
  });
  locals.late_update = workflow::set_update_handler(
      "late",
      [this, &locals, &body](int message) {
        const auto name = "late update " + std::to_string(message);
        return late(body, {.locals = &locals, .name = name, .update = name});
      },
      [&locals](int /*message*/) {
        if (locals.variable < 0) throw ApplicationError{"too late"};
      });
}

Task<> Generated::late(const Block& body, Actor actor) {
  saw("begins", actor);
  co_await block(body, actor);
  saw("ends", actor);
}

void Generated::saw(const std::string& text, const Actor& actor) {
  auto& recorder = *recorder_;
  recorder.expect(!recorder.decided, actor.name + " " + text + " after the run was decided, in a later activation");
  recorder.expect(!recorder.over || actor.of_object || actor.name == "main",
                  actor.name + " " + text + " after the main function has ended");
  const auto* const update = workflow::current_update_info();
  recorder.expect((update == nullptr ? "" : update->id) == actor.update,
                  actor.name + " is told that it is another update");
  recorder.trace.push_back(actor.name + ": " + text);
}

int& Generated::variable(int which, const Actor& actor) {
  return which < 2 ? variables_.at(which) : actor.locals->variable;
}

bool Generated::cancelled(const Actor& actor) const {
  return actor.scope ? actor.scope->cancellation_requested() : workflow::cancellation_requested();
}

bool Generated::was_cancelled(const Actor& actor) const {
  return actor.scope ? actor.scope->cancellation_requested() : recorder_->run_cancelled;
}

int Generated::next_request(const Actor& actor) {
  const int number = ++last_request_;
  known_.emplace(number, Known{});
  saw("makes request " + std::to_string(number), actor);
  return number;
}

std::string to_text(const std::exception_ptr& failure) {
  std::string text;
  for (auto next = failure; next != nullptr;) {
    if (!text.empty()) text += " <- ";
    try {
      std::rethrow_exception(next);
    } catch (const Error& error) {
      text += error.what();
      next = error.cause();
    } catch (const std::exception& error) {
      text += error.what();
      next = nullptr;
    }
  }
  return text;
}

std::string name_of_request(int number) { return "request " + std::to_string(number) + "."; }
std::string result_of_request(int number) {
  return "the result of " + name_of_request(number) + " It is too long for the string itself.";
}

}  // namespace temporal::generated
