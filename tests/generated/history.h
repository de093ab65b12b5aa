#pragma once

#include "choices.h"
#include "events.h"
#include "program.h"

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace temporal::generated {

struct Step {
  Activation activation;
  Commands commands;
};

/// A workflow task: what core gave for it, and what came of it.
struct Task {
  std::vector<Step> steps;
  bool original_rules = false;        ///< by a worker of before the rules were written down
  std::vector<std::string> patches;   ///< whose markers it wrote
  std::vector<std::string> accepted;  ///< updates, in the order in which they were
  std::set<std::string> rejected;     ///< updates that history does not know
  bool recorded = true;               ///< false: nothing of it is in history
  std::set<std::uint32_t> flags;      ///< of the SDK, which history has up to here
  bool heartbeat = false;             ///< it ended before its local activities
  bool one_with_next = false;         ///< in a replay
};

/// All that one run did, with a worker that kept it in its cache.
struct Run {
  std::vector<Task> tasks;
  std::vector<std::string> trace;
  std::string problem;
};

/// `before_patches`: by the code that the program was before its patches.
Run run(const Program& program, const Case& made, bool before_patches = false);

bool is_rejection(const Command& command, const Task& task);

/// The task whose facts hold in a replay of this one.
const Task& last_of(const Run& run, std::size_t task);

/// An activation as it comes in a replay of its task. Nothing when nothing of it comes.
std::optional<Activation> replayed(const Run& run, std::size_t task, std::size_t step);

}  // namespace temporal::generated
