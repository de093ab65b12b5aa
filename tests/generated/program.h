#pragma once

#include "choices.h"

#include <array>
#include <string>
#include <vector>

namespace temporal::generated {

/// What a statement does. `a`, `b`, `c` are its numbers.
///
/// Variables: 0 and 1 belong to the workflow's object, 2 to the main function (to the object for handlers). Places for
/// handles and scopes likewise. What waits can throw; what is not caught ends the program as it would in user code.
enum class Do {
  add,              ///< variable a += b
  sleep,            ///< b
  activity,         ///< execute, cancellation type c
  start_timer,      ///< into place a, b long
  start_activity,   ///< into place a, cancellation type c
  await_place,      ///< place a
  cancel_place,     ///< place a
  any_of,           ///< places a and b
  all_of,           ///< places a and b
  spawn,            ///< body, into place a
  all_tasks,        ///< body beside other
  wait,             ///< until variable a >= b
  wait_limited,     ///< the same, c at most
  take,             ///< until variable a > 0, then --a
  take_limited,     ///< the same, c at most
  scope,            ///< body in a new scope, kept in place a; shielded when b is 1
  cancel_scope,     ///< place a
  lock,             ///< body with a permit of semaphore a
  attempt,          ///< body; what it throws is noted
  either,           ///< body when variable a >= b, else other
  patch,            ///< body with patch a, else other
  repeat,           ///< body, b times
  all_finished,     ///< until all handlers are
  suggested,        ///< until variable a >= b or the server suggests to continue as new
  handle_late,      ///< sets handlers for the signal and the update "late", which run body
  local_activity,   ///< execute, cancellation type c
  start_local,      ///< into place a, cancellation type c
  child,            ///< execute, cancellation type c
  start_child,      ///< into place a, cancellation type c
  signal_external,  ///< waits until it is there
  cancel_external,  ///< waits until it is there
  random,           ///< looks at a random number
  give,             ///< return
  fail,             ///< throw ApplicationError
  again,            ///< continue as new
  count,
};

struct Statement {
  Do what = Do::add;
  int a = 0;
  int b = 0;
  int c = 0;
  std::vector<Statement> body = {};
  std::vector<Statement> other = {};
};
using Block = std::vector<Statement>;

/// An update: rejected while the variable is less.
struct Update {
  int variable = 0;
  int at_least = 0;
  Block body = {};
};

struct Program {
  Block main;
  std::array<Block, 2> signals;
  std::array<Update, 2> updates;
};

Program make_program(Choices choices);

bool has_patches(const Program& program);

/// In a form that can be read.
std::string to_text(const Program& program);

}  // namespace temporal::generated
