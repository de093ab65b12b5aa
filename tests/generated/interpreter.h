#pragma once

#include "program.h"
#include "recorder.h"

#include <temporal/workflow/workflow.h>

#include <array>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace temporal::generated {

/// A place for a handle, and what is known of what it is for.
struct Place {
  std::variant<std::monostate, workflow::TimerHandle, workflow::ActivityHandle<std::string>,
               workflow::LocalActivityHandle<std::string>, workflow::ChildWorkflowStart<std::string>,
               workflow::TaskHandle<std::string>>
      handle;
  int number = 0;  ///< of the request; each handle of a run has its own
};

/// What a function's statements have in common. The main function's is in its frame, so that a sanitizer sees who uses
/// it too late; that of the handlers is in the object.
struct Locals {
  int variable = 0;
  std::array<Place, 3> places;
  std::array<std::optional<workflow::CancellationScope>, 2> scopes;
  std::optional<workflow::HandlerRegistration> late;
  std::optional<workflow::HandlerRegistration> late_update;
};

/// The workflow that runs a program, with the public workflow API only.
class Generated {
 public:
  Generated();

  workflow::Task<std::string> run();
  workflow::Task<> signal(int message, int which);
  void poke(int message);
  workflow::Task<std::string> update(int message, int which);
  void check(int message, int which) const;
  [[nodiscard]] std::string look() const;

  /// Who executes statements.
  struct Actor {
    Locals* locals;
    std::string name;
    bool of_object = false;  ///< a handler of the object, or what one started: goes on when the run is decided
    std::optional<workflow::CancellationScope> scope = {};  ///< the innermost; the workflow's own when there is none
    std::string update = {};                                ///< the update that it works for
  };

 private:
  class Wait;
  class Holding;

  // Control flow: interpreter.cc. True: the function returns.
  workflow::Task<bool> block(const Block& block, const Actor& actor);
  workflow::Task<bool> statement(const Statement& statement, const Actor& actor);
  workflow::Task<std::string> task(const Block& body, Actor actor, int number);
  workflow::Task<bool> in_scope(const Statement& statement, Actor actor);
  workflow::Task<bool> attempt(const Statement& statement, const Actor& actor);
  workflow::Task<bool> locked(const Statement& statement, const Actor& actor);
  workflow::Task<> late(const Block& body, Actor actor);
  void handle_late(const Block& body, const Actor& actor);

  // What waits: waits.cc.
  workflow::Task<> sleep(int length, const Actor& actor);
  workflow::Task<> wait(const Statement& statement, const Actor& actor, bool takes, bool suggested);
  workflow::Task<> wait_limited(const Statement& statement, const Actor& actor, bool takes);
  workflow::Task<> all_finished(const Actor& actor);
  workflow::Task<> request(const Statement& statement, const Actor& actor);
  workflow::Task<> external(bool cancels, const Actor& actor);
  workflow::Task<> await_place(int place, const Actor& actor);
  workflow::Task<> any_of(int first, int second, const Actor& actor);
  workflow::Task<> all_of(int first, int second, const Actor& actor);
  workflow::Task<> all_tasks(const Statement& statement, const Actor& actor);
  void start(const Statement& statement, const Actor& actor);
  void cancel(int place, const Actor& actor);

  // What is known of requests, by their numbers.
  struct Known {
    std::optional<std::string> outcome = {};                ///< what the first who awaited it saw
    bool cancelled = false;                                 ///< by its handle
    bool placed = false;                                    ///< its handle is in a place
    std::optional<workflow::CancellationScope> scope = {};  ///< in which it was placed; the root when there is none
    Timestamp earliest = {};                                ///< of a timer
  };
  void saw(const std::string& text, const Actor& actor);
  /// A request had this outcome: the same for all who wait.
  void saw_same(int number, const std::string& outcome, const Actor& actor);
  /// And it is its own.
  void saw_outcome(int number, const std::string& outcome, const std::exception_ptr& failure, const Actor& actor);

  [[nodiscard]] int& variable(int which, const Actor& actor);
  [[nodiscard]] bool cancelled(const Actor& actor) const;
  /// The same, for the one who drives the workflow.
  [[nodiscard]] bool was_cancelled(const Actor& actor) const;
  int next_request(const Actor& actor);

  std::shared_ptr<Recorder> recorder_;
  std::array<int, 2> variables_ = {};
  Locals of_handlers_;
  Locals outliving_main_;  ///< those of the main function, where tasks go on after it
  workflow::Mutex mutex_;
  workflow::Semaphore two_{2};
  std::map<int, Known> known_;
  int last_request_ = 0;
};

workflow::Definition generated_definition();

/// Short, and the same on replay.
std::string to_text(const std::exception_ptr& failure);

/// In the message of each failure of the request, and in no other.
std::string name_of_request(int number);
/// What a request ends with when all goes well.
std::string result_of_request(int number);

}  // namespace temporal::generated
