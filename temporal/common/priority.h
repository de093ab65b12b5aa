#pragma once

#include <string>

namespace temporal {

/// Which of the tasks that wait in a task queue goes first. A workflow hands its own on to its activities and child
/// workflows, field by field where they choose none. See https://docs.temporal.io/develop/task-queue-priority-fairness.
struct Priority {
  int priority_key = 0;           ///< 1 goes first, 5 last, by the server's default; 0: not chosen, which counts as 3
  std::string fairness_key = {};  ///< whose task it is, a tenant for example; at most 64 bytes
  float fairness_weight = 0;      ///< share of this fairness key, from 0.001 to 1000; 0: not chosen, which counts as 1

  bool operator==(const Priority&) const = default;
};

}  // namespace temporal
