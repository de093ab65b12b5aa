#pragma once

#include "program.h"

#include <temporal/common/duration.h>

#include <chrono>
#include <cstdlib>
#include <functional>
#include <list>
#include <memory>
#include <regex>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace temporal::generated {

/// The environment says that this is known already, to look for what is not: GENERATED_KNOWN, a regular expression.
inline bool is_known(const std::string& problem) {
  static const char* const known = std::getenv("GENERATED_KNOWN");
  static const std::regex pattern{known == nullptr ? "" : known};
  return known != nullptr && std::regex_search(problem, pattern);
}

/// What one instance of the workflow has seen, and where that went against the rules. Shared by the instance and by the
/// one who drives it.
struct Recorder {
  explicit Recorder(const Program& program) : program(program) {}

  const Program& program;
  bool before_patches = false;  ///< it is the code of before the patches of the program
  /// A server decides the order of messages, of which none has a number in it, and what a failure says.
  bool on_server = false;
  Duration unit = std::chrono::seconds{1};  ///< of the times in the program

  /// What each statement saw, in order. The same in each replay.
  std::vector<std::string> trace;
  /// What must not have been.
  std::vector<std::string> violations;

  /// Something that waits; `ready` says that it should have gone on.
  struct Waiting {
    std::string what;
    std::function<bool()> ready;
  };
  std::list<Waiting> waiting;

  bool original_rules = false;  ///< the run begins by them: tasks may go on when the main function has ended
  bool over = false;            ///< the main function has ended, and its locals are gone
  bool run_cancelled = false;   ///< the driver has told the run so
  bool decided = false;         ///< the driver has seen how the run ends
  std::set<int> started;        ///< messages whose handler has begun
  std::set<int> rejected;       ///< updates that their validator rejected
  int last_started = -1;        ///< handlers begin in the order of their messages
  std::vector<int> holders = {0, 0};

  void violate(std::string what) {
    if (!is_known(what)) violations.push_back(std::move(what));
  }
  void expect(bool holds, const std::string& what) {
    if (!holds) violate(what);
  }

  /// Of the instance that is being made or driven on this thread.
  static thread_local std::shared_ptr<Recorder> current;
};

}  // namespace temporal::generated
