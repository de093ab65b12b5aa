// What waits, each with what its wait must have seen.
#include "interpreter.h"
#include "waiting.h"

#include <temporal/common/errors.h>

#include <stdexcept>
#include <tuple>
#include <utility>

namespace temporal::generated {
namespace {

using namespace std::chrono_literals;
using workflow::Task;

Task<std::string> value_of(workflow::TimerHandle timer) {
  co_await timer;
  co_return "fired";
}
Task<std::string> value_of(workflow::ChildWorkflowStart<std::string> start) {
  const auto child = co_await start;
  co_return co_await child;
}
template <class Handle>
Task<std::string> value_of(Handle handle) {
  co_return co_await handle;  // not moved: a handle gives its value as often as it is asked
}

Task<std::string> value_of(const Place& place) {
  return std::visit(
      [](const auto& handle) -> Task<std::string> {
        if constexpr (std::is_same_v<std::decay_t<decltype(handle)>, std::monostate>) {
          throw std::logic_error{"nothing to wait for"};
        } else {
          return value_of(handle);
        }
      },
      place.handle);
}

bool empty(const Place& place) { return place.handle.index() == 0; }

bool done(const Place& place) {
  return std::visit(
      [](const auto& handle) {
        if constexpr (std::is_same_v<std::decay_t<decltype(handle)>, std::monostate>) {
          return false;
        } else {
          return handle.done();
        }
      },
      place.handle);
}

/// Whether who awaits the value has to go on. A child that has started may not have ended.
std::function<bool()> has_value(const Place& place) {
  if (std::holds_alternative<workflow::ChildWorkflowStart<std::string>>(place.handle)) return {};
  return [place] { return done(place); };
}

/// What was awaited: its value, or its failure in words.
struct End {
  std::string text;
  std::exception_ptr failure;
};
Task<End> end_of(Task<std::string> awaited) {
  End end;
  try {
    end.text = co_await std::move(awaited);
  } catch (const std::exception&) {
    end.failure = std::current_exception();
    end.text = to_text(end.failure);
  }
  co_return end;
}
Task<std::string> text_of(Task<> awaited) {
  co_await std::move(awaited);
  co_return "done";
}
Task<std::string> text_of(Task<bool> awaited) { co_return co_await std::move(awaited) ? "true" : "false"; }

workflow::detail::FirstDone first_of(const Place& first, const Place& second) {
  return std::visit(
      [](const auto& one, const auto& other) -> workflow::detail::FirstDone {
        if constexpr (std::is_same_v<std::decay_t<decltype(one)>, std::monostate> ||
                      std::is_same_v<std::decay_t<decltype(other)>, std::monostate>) {
          throw std::logic_error{"nothing to wait for"};
        } else {
          return workflow::when_any(one, other);
        }
      },
      first.handle, second.handle);
}

template <class Handle>
Task<std::vector<std::string>> all_values(Handle first, Handle second, bool as_vector) {
  if (as_vector) co_return co_await workflow::when_all(std::vector{first, second});
  auto [one, other] = co_await workflow::when_all(first, second);
  co_return std::vector{one, other};
}
Task<std::vector<std::string>> all_values(const Place& first, const Place& second, bool as_vector) {
  using Spawned = workflow::TaskHandle<std::string>;
  using Activity = workflow::ActivityHandle<std::string>;
  if (const auto *one = std::get_if<Spawned>(&first.handle), *other = std::get_if<Spawned>(&second.handle);
      one != nullptr && other != nullptr) {
    return all_values(*one, *other, as_vector);
  }
  if (const auto *one = std::get_if<Activity>(&first.handle), *other = std::get_if<Activity>(&second.handle);
      one != nullptr && other != nullptr) {
    return all_values(*one, *other, as_vector);
  }
  return [](Task<std::string> one, Task<std::string> other) -> Task<std::vector<std::string>> {
    auto [first, second] = co_await workflow::when_all(std::move(one), std::move(other));
    co_return std::vector{first, second};
  }(value_of(first), value_of(second));
}

workflow::ActivityOptions activity_options(int cancellation_type) {
  return {.start_to_close_timeout = 1h,
          .cancellation_type = static_cast<workflow::ActivityCancellationType>(cancellation_type)};
}
workflow::LocalActivityOptions local_options(int cancellation_type) {
  return {.start_to_close_timeout = 1h,
          .cancellation_type = static_cast<workflow::ActivityCancellationType>(cancellation_type)};
}
workflow::ChildWorkflowOptions child_options(int number, int cancellation_type) {
  return {.id = workflow::info().workflow_id + ": child of " + name_of_request(number),
          .cancellation_type = static_cast<workflow::ChildWorkflowCancellationType>(cancellation_type)};
}

void rethrow(const End& end) {
  if (end.failure) std::rethrow_exception(end.failure);
}

}  // namespace

Task<> Generated::sleep(int length, const Actor& actor) {
  const auto due = workflow::now() + length * recorder_->unit;
  const bool must_throw = cancelled(actor) && length > 0;
  const Wait waiting{*recorder_, actor.name + " sleeps", [this, &actor] { return was_cancelled(actor); }};
  const auto end = co_await end_of(text_of(workflow::sleep(length * recorder_->unit)));
  saw("slept: " + end.text, actor);
  if (end.failure) {
    recorder_->expect(cancelled(actor), actor.name + " was woken by a cancellation that nobody asked for");
  } else {
    recorder_->expect(workflow::now() >= due, actor.name + " slept too short");
    recorder_->expect(!must_throw, actor.name + " slept in a cancelled scope");
  }
  rethrow(end);
}

Task<> Generated::wait(const Statement& statement, const Actor& actor, bool takes, bool suggested) {
  auto& value = variable(statement.a, actor);
  const int least = takes ? 1 : statement.b;
  const auto there = [&value, least] { return value >= least; };
  const auto holds = [there, suggested] { return there() || (suggested && workflow::continue_as_new_suggested()); };
  const bool must_throw = cancelled(actor) && !holds();
  const Wait waiting{*recorder_, actor.name + " waits for a condition",
                     [this, &actor, there] { return there() || was_cancelled(actor); }};
  const auto end = co_await end_of(text_of(workflow::wait_condition(holds)));
  saw("waited for a condition: " + end.text, actor);
  if (end.failure) {
    recorder_->expect(cancelled(actor), actor.name + " had a condition cancelled that nobody asked for");
  } else {
    recorder_->expect(holds(), actor.name + " went on though its condition does not hold");
    recorder_->expect(!must_throw, actor.name + " waited for a condition in a cancelled scope");
  }
  rethrow(end);
  if (takes) --value;
}

Task<> Generated::wait_limited(const Statement& statement, const Actor& actor, bool takes) {
  auto& value = variable(statement.a, actor);
  const int least = takes ? 1 : statement.b;
  const auto holds = [&value, least] { return value >= least; };
  const auto due = workflow::now() + statement.c * recorder_->unit;
  const bool must_throw = cancelled(actor) && !holds() && statement.c > 0;
  const Wait waiting{*recorder_, actor.name + " waits for a condition with a limit",
                     [this, &actor, holds] { return holds() || was_cancelled(actor); }};
  const auto end = co_await end_of(text_of(workflow::wait_condition(holds, statement.c * recorder_->unit)));
  saw("waited for a condition with a limit: " + end.text, actor);
  if (end.failure) {
    recorder_->expect(cancelled(actor), actor.name + " had a condition with a limit cancelled that nobody asked for");
  } else {
    recorder_->expect(!must_throw,
                      actor.name + " waited for a condition with a limit in a cancelled scope: " + end.text);
    if (end.text == "true") {
      recorder_->expect(holds(), actor.name + " was told true though its condition does not hold");
    } else {
      recorder_->expect(workflow::now() >= due, actor.name + " was told false before the time was over");
      recorder_->expect(!holds(), actor.name + " was told false though its condition holds");
    }
  }
  rethrow(end);
  if (takes && end.text == "true") --value;
}

Task<> Generated::all_finished(const Actor& actor) {
  const Wait waiting{*recorder_, actor.name + " waits for the handlers",
                     [this, &actor] { return was_cancelled(actor); }};
  const auto end = co_await end_of(text_of(workflow::wait_condition(workflow::all_handlers_finished)));
  saw("waited for the handlers: " + end.text, actor);
  recorder_->expect(end.failure || workflow::all_handlers_finished(), actor.name + " went on though a handler runs");
  rethrow(end);
}

Task<bool> Generated::locked(const Statement& statement, const Actor& actor) {
  auto& recorder = *recorder_;
  const bool one = statement.a == 0;
  std::optional<workflow::Semaphore::Permit> permit;
  std::exception_ptr failure;
  {
    const Wait waiting{recorder, actor.name + " waits for a lock", [this, one, &actor] {
                         return was_cancelled(actor) || (one ? !mutex_.locked() : two_.available() > 0);
                       }};
    try {
      permit.emplace(co_await (one ? mutex_.lock() : two_.acquire()));
    } catch (const std::exception&) {
      failure = std::current_exception();
    }
  }
  saw(failure ? "did not get a lock: " + to_text(failure) : "has a lock", actor);
  if (failure) {
    recorder.expect(cancelled(actor), actor.name + " had a lock cancelled that nobody asked for");
    std::rethrow_exception(failure);
  }
  const Holding holding{recorder, statement.a, one ? 1 : 2};
  co_return co_await block(statement.body, actor);
}

Task<> Generated::request(const Statement& statement, const Actor& actor) {
  const int number = next_request(actor);
  const bool must_throw = cancelled(actor);
  auto arguments = converter::to_payloads(number);
  auto task = [&]() -> Task<std::string> {
    if (statement.what == Do::activity) {
      return workflow::execute_activity_named<std::string>("work", activity_options(statement.c), std::move(arguments));
    }
    if (statement.what == Do::local_activity) {
      return workflow::execute_local_activity_named<std::string>("work", local_options(statement.c),
                                                                 std::move(arguments));
    }
    return workflow::execute_child_workflow_named<std::string>("Child", child_options(number, statement.c),
                                                               std::move(arguments));
  };
  const Wait waiting{*recorder_, actor.name + " waits for request " + std::to_string(number), {}};
  const auto end = co_await end_of(task());
  saw_outcome(number, end.text, end.failure, actor);
  recorder_->expect(!must_throw || is_cancellation(end.failure),
                    actor.name + " had a request done in a cancelled scope");
  rethrow(end);
}

Task<> Generated::external(bool cancels, const Actor& actor) {
  const int number = next_request(actor);
  const bool must_throw = cancelled(actor) && !cancels;
  const auto other = workflow::external_workflow_handle(workflow::info().workflow_id + ": other");
  const Wait waiting{*recorder_, actor.name + " waits for request " + std::to_string(number), {}};
  auto task = cancels ? other.cancel(std::to_string(number)) : other.signal("note", converter::to_payloads(number));
  auto end = co_await end_of(text_of(std::move(task)));
  if (!end.failure) end.text = result_of_request(number);
  saw_outcome(number, end.text, end.failure, actor);
  recorder_->expect(!must_throw || is_cancellation(end.failure), actor.name + " sent a signal in a cancelled scope");
  rethrow(end);
}

void Generated::start(const Statement& statement, const Actor& actor) {
  auto& place = actor.locals->places.at(statement.a);
  const int number = next_request(actor);
  known_[number] = {.placed = true, .scope = actor.scope, .earliest = workflow::now() + statement.b * recorder_->unit};
  auto arguments = converter::to_payloads(number);
  switch (statement.what) {
    case Do::start_timer:
      place = {.handle = workflow::start_timer(statement.b * recorder_->unit), .number = number};
      break;
    case Do::start_activity:
      place = {.handle = workflow::start_activity_named<std::string>("work", activity_options(statement.c),
                                                                     std::move(arguments)),
               .number = number};
      break;
    case Do::start_local:
      place = {.handle = workflow::start_local_activity_named<std::string>("work", local_options(statement.c),
                                                                           std::move(arguments)),
               .number = number};
      break;
    default:
      place = {.handle = workflow::start_child_workflow_named<std::string>("Child", child_options(number, statement.c),
                                                                           std::move(arguments)),
               .number = number};
  }
}

void Generated::cancel(int which, const Actor& actor) {
  auto& place = actor.locals->places.at(which);
  if (empty(place) || std::holds_alternative<workflow::TaskHandle<std::string>>(place.handle)) return;
  saw("cancels request " + std::to_string(place.number), actor);
  known_[place.number].cancelled = true;
  std::visit(
      [](const auto& handle) {
        if constexpr (requires { handle.cancel(); }) handle.cancel();
      },
      place.handle);
}

Task<> Generated::await_place(int which, const Actor& actor) {
  const auto& place = actor.locals->places.at(which);
  if (empty(place)) co_return;
  const auto number = place.number;
  const bool of_task = std::holds_alternative<workflow::TaskHandle<std::string>>(place.handle);
  const Wait waiting{*recorder_, actor.name + " waits for request " + std::to_string(number), has_value(place)};
  const auto end = co_await end_of(value_of(place));
  if (of_task && end.failure) {
    saw_same(number, end.text, actor);
  } else {
    saw_outcome(number, end.text, end.failure, actor);
  }
  rethrow(end);
}

Task<> Generated::any_of(int first, int second, const Actor& actor) {
  const auto one = actor.locals->places.at(first);
  const auto other = actor.locals->places.at(second);
  if (empty(one) || empty(other)) co_return;
  std::size_t which = 0;
  {
    const Wait waiting{*recorder_, actor.name + " waits for one of two",
                       [one, other] { return done(one) || done(other); }};
    which = co_await first_of(one, other);
  }
  saw("when_any gave " + std::to_string(which), actor);
  recorder_->expect(which == 0 ? done(one) : done(other) && !done(one), actor.name + " was told the wrong one of two");
}

Task<> Generated::all_of(int first, int second, const Actor& actor) {
  const auto one = actor.locals->places.at(first);
  const auto other = actor.locals->places.at(second);
  if (empty(one) || empty(other)) co_return;
  std::vector<std::string> values;
  std::exception_ptr failure;
  try {
    values = co_await all_values(one, other, first == second);
  } catch (const std::exception&) {
    failure = std::current_exception();
  }
  if (failure) {
    saw("when_all threw " + to_text(failure), actor);
    std::rethrow_exception(failure);
  }
  saw_outcome(one.number, values.at(0), nullptr, actor);
  saw_outcome(other.number, values.at(1), nullptr, actor);
}

Task<> Generated::all_tasks(const Statement& statement, const Actor& actor) {
  auto one = actor;
  auto other = one;
  const int first = next_request(actor);
  const int second = next_request(actor);
  one.name += ".task " + std::to_string(first);
  other.name += ".task " + std::to_string(second);
  auto [value, other_value] =
      co_await workflow::when_all(task(statement.body, one, first), task(statement.other, other, second));
  saw_outcome(first, value, nullptr, actor);
  saw_outcome(second, other_value, nullptr, actor);
}

void Generated::saw_same(int number, const std::string& outcome, const Actor& actor) {
  auto& known = known_[number];
  saw("request " + std::to_string(number) + " gave " + outcome, actor);
  if (!known.outcome) known.outcome = outcome;
  recorder_->expect(*known.outcome == outcome, actor.name + " saw of request " + std::to_string(number) + " \"" +
                                                   outcome + "\", and before \"" + *known.outcome + "\"");
}

void Generated::saw_outcome(int number, const std::string& outcome, const std::exception_ptr& failure,
                            const Actor& actor) {
  saw_same(number, outcome, actor);
  const auto& known = known_[number];
  const auto request = "request " + std::to_string(number);
  if (failure && is_cancellation(failure)) {
    const auto& scope = known.placed ? known.scope : actor.scope;
    recorder_->expect(known.cancelled || (scope ? scope->cancellation_requested() : workflow::cancellation_requested()),
                      actor.name + " saw a cancellation of " + request + " that nobody asked for");
  } else if (failure) {
    // A server names none where nobody's code has failed.
    const bool names_none = recorder_->on_server && outcome.find("request") == std::string::npos;
    recorder_->expect(names_none || outcome.find(name_of_request(number)) != std::string::npos,
                      actor.name + " saw of " + request + " what is not its failure: " + outcome);
  } else if (outcome == "fired") {
    recorder_->expect(workflow::now() >= known.earliest, actor.name + " saw a timer fire too early");
  } else {
    recorder_->expect(outcome == result_of_request(number),
                      actor.name + " saw of " + request + " what is not its result: \"" + outcome + "\"");
  }
}

}  // namespace temporal::generated
