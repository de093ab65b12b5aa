#pragma once

#include "server_history.h"

#include <temporal/client/client.h>
#include <temporal/converter/raw_value.h>

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>

namespace temporal::generated {

/// What one program did on a real server, as it is seen from outside.
struct Course {
  std::uint64_t seed = 0;
  client::WorkflowHistory history = {};
  Events events = {};
  /// Of each update that was accepted or rejected, by its id.
  struct Update {
    std::optional<RawValue> result = {};
    std::optional<std::string> failure = {};  ///< it failed, or was rejected
  };
  std::map<std::string, Update> updates = {};
  std::string last_answer = {};  ///< to a query after the end
  std::string problem = {};      ///< what did not come
};

struct Where {
  std::string worker;  ///< its kind, in the ids of workflows
  std::string task_queue;
  bool often_evicted = false;  ///< its cache is full
  bool moves = false;          ///< it ends in the middle, and another takes its place
};

/// Starts the program of the seed, sends it messages as the bytes of its world say, waits until nothing can come any
/// more, and ends it. `halfway` is called once, in the middle or at the end.
Course take_course(const client::Client& client, std::uint64_t seed, const Where& where,
                   const std::function<void()>& halfway);

}  // namespace temporal::generated
