#pragma once

#include "answers.h"
#include "course.h"

#include <cstddef>
#include <string>

namespace temporal::generated {

struct Verdict {
  std::string problem = {};  ///< empty when nothing went wrong
  std::size_t replays = 0;
  bool lost_a_task = false;     ///< its instance has seen what is in no history
  bool joined_by_core = false;  ///< and therefore not judged
};

/// Whether all instances of a run saw the same and kept the rules, and its history, cut at each task, replays.
Verdict judge(const Course& course, const Instances::Recorders& seen, const worker::WorkerOptions& replaying,
              const Instances& replayed);

}  // namespace temporal::generated
